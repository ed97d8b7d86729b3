// Reads Parquet files with hyparquet and prints a line of JSON for each: rows, row groups and key-value metadata.
// Values carry their type: i:<integer>, f:<bits of the double, or nan>, s:<text>, true, false, null, [list], {struct}.
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

function encode(value) {
  if (value === null || value === undefined) return null
  if (typeof value === 'bigint') return `i:${value}`
  if (typeof value === 'string') return `s:${value}`
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return `f:${bits(value)}`
  if (Array.isArray(value)) return value.map(encode)
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, encode(field)]))
}

function bits(number) {
  if (Number.isNaN(number)) return 'nan'
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, number)
  return view.getBigUint64(0).toString(16)
}

for (const path of process.argv.slice(2)) {
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  const rows = await parquetReadObjects({ file, metadata, compressors })
  console.log(JSON.stringify({
    rows: rows.map(encode),
    row_groups: metadata.row_groups.map(group => Number(group.num_rows)),
    codecs: [...new Set(metadata.row_groups.flatMap(group => group.columns.map(column => column.meta_data.codec)))],
    metadata: Object.fromEntries((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value])),
  }))
}
