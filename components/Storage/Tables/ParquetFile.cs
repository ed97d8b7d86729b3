using Serverless.Storage.Duck;

namespace Serverless.Storage.Tables;

/// <summary>A row group of a Parquet file.</summary>
/// <param name="FirstRow">Position of its first row in the file.</param>
/// <param name="RowCount">Its rows.</param>
/// <param name="Bytes">Its size before compression, as the file states it.</param>
/// <param name="CompressedBytes">Its size in the file.</param>
public sealed record ParquetRowGroup(long FirstRow, long RowCount, long Bytes, long CompressedBytes);

/// <summary>
/// A local Parquet file, open for reading. Types that tables do not have are read as the nearest one: integers of 8 to 32 bits as Int64;
/// float and decimal as Float64; an array as a list; a map as a list of structs of key and value; dates, times and timestamps as ISO text
/// (in UTC where they have a zone); unsigned 64-bit and larger integers, UUIDs and enums as text; bytes as text with \x escapes.
/// For one thread at a time; several instances may read one file.
/// </summary>
public sealed class ParquetFile : IDisposable
{
    private readonly DuckConnection connection = DuckDatabase.Connect();
    private readonly string[] selections;

    private ParquetFile(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        (Schema, selections) = ReadSchema();
        RowGroups = ReadRowGroups();
        RowCount = RowGroups.Sum(group => group.RowCount);
        Metadata = ReadMetadata();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The columns in order.</summary>
    public TableSchema Schema { get; }

    /// <summary>Rows in the file.</summary>
    public long RowCount { get; }

    /// <summary>The row groups in order.</summary>
    public IReadOnlyList<ParquetRowGroup> RowGroups { get; }

    /// <summary>The file's key-value metadata as text; of a key that stands twice, the last.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and reads its footer.</summary>
    /// <exception cref="TableException">The file is absent, or is not Parquet.</exception>
    public static ParquetFile Open(string path)
    {
        if (!File.Exists(path)) throw new TableException($"{path} does not exist.");
        try
        {
            return new ParquetFile(path);
        }
        catch (DuckException e)
        {
            throw new TableException($"{path} could not be read as Parquet: {e.Message}", e);
        }
    }

    /// <summary>
    /// Rows [<paramref name="firstRow"/>, <paramref name="firstRow"/> + <paramref name="count"/>) in order, as far as the file has them.
    /// Only the row groups that hold them are read, and memory holds about one of them. One enumeration at a time.
    /// </summary>
    /// <exception cref="TableException">The file is damaged, or changed since it was opened.</exception>
    public IEnumerable<object?[]> ReadRows(long firstRow = 0, long count = long.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var end = Math.Min(RowCount, count > long.MaxValue - firstRow ? long.MaxValue : firstRow + count);
        return firstRow >= end ? [] : Rows(firstRow, end);
    }

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    private IEnumerable<object?[]> Rows(long start, long end)
    {
        var left = end - start;
        using var result = Try(() => connection.Query(RangeQuery(start, end)));
        while (Try(result.Fetch) is { } chunk)
        {
            using var owner = chunk;
            var columns = Schema.Columns.Select((column, i) => VectorReader.Read(chunk.Column(i), column.Type, chunk.RowCount)).ToArray();
            left -= chunk.RowCount;
            for (var r = 0; r < columns[0].Length; r++)
            {
                var row = new object?[columns.Length];
                for (var c = 0; c < row.Length; c++) row[c] = columns[c][r];
                yield return row;
            }
        }
        if (left != 0) throw new TableException($"{Path} changed while it was read: rows {start} to {end} should be {end - start}, found {end - start - left}.");
    }

    /// <summary>DuckDB skips row groups by file_row_number; a file that has a column of that name is counted through instead.</summary>
    private string RangeQuery(long start, long end)
    {
        var columns = string.Join(", ", selections);
        return Schema.Columns.Any(column => column.Name.Equals("file_row_number", StringComparison.OrdinalIgnoreCase))
            ? $"SELECT {columns} FROM read_parquet({Sql.ExactPath(Path)}) LIMIT {end - start} OFFSET {start}"
            : $"SELECT {columns} FROM read_parquet({Sql.ExactPath(Path)}, file_row_number = true) WHERE file_row_number >= {start} AND file_row_number < {end}";
    }

    private (TableSchema Schema, string[] Selections) ReadSchema()
    {
        using var result = connection.Query($"SELECT * FROM read_parquet({Sql.ExactPath(Path)}) LIMIT 0");
        var columns = new Column[result.ColumnCount];
        var reads = new string[columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            using var type = result.ColumnType(i);
            columns[i] = new Column(result.ColumnName(i), DuckTypes.ToColumnType(type.Value));
            reads[i] = $"CAST({Sql.Name(columns[i].Name)} AS {DuckTypes.ToReadableSql(type.Value)})";
        }
        return (new TableSchema(columns), reads);
    }

    private List<ParquetRowGroup> ReadRowGroups()
    {
        var groups = new List<ParquetRowGroup>();
        var first = 0L;
        foreach (var row in Table(
            "SELECT row_group_num_rows, any_value(row_group_bytes), sum(total_compressed_size)::BIGINT FROM parquet_metadata(" +
            Sql.ExactPath(Path) + ") GROUP BY row_group_id, row_group_num_rows ORDER BY row_group_id", ColumnType.Int64, ColumnType.Int64, ColumnType.Int64))
        {
            groups.Add(new ParquetRowGroup(first, (long)row[0]!, (long)row[1]!, (long)row[2]!));
            first += (long)row[0]!;
        }
        return groups;
    }

    private Dictionary<string, string> ReadMetadata()
    {
        var metadata = new Dictionary<string, string>();
        foreach (var row in Table($"SELECT decode(key), decode(value) FROM parquet_kv_metadata({Sql.ExactPath(Path)})", ColumnType.String, ColumnType.String))
            metadata[(string)row[0]!] = (string)row[1]!;
        return metadata;
    }

    private List<object?[]> Table(string sql, params ColumnType[] types)
    {
        var rows = new List<object?[]>();
        using var result = connection.Query(sql);
        while (result.Fetch() is { } chunk)
        {
            using var owner = chunk;
            var columns = types.Select((type, i) => VectorReader.Read(chunk.Column(i), type, chunk.RowCount)).ToArray();
            for (var r = 0; r < chunk.RowCount; r++) rows.Add(columns.Select(column => column[r]).ToArray());
        }
        return rows;
    }

    private T Try<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (DuckException e)
        {
            throw new TableException($"{Path} could not be read: {e.Message}", e);
        }
    }
}
