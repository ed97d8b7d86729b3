using System.Runtime.CompilerServices;
using Serverless.Storage.Tables.Text;

namespace Serverless.Storage.Tables;

/// <summary>
/// Reads CSV (RFC 4180, UTF-8) whose first record names the columns. Records end with LF or CR LF; empty lines and a byte order mark are
/// skipped. Every value is text, an empty field the empty text, unless a schema from <see cref="InferSchemaAsync"/> is given. A bad record
/// is an error of that record alone. One enumeration at a time.
/// </summary>
public sealed class CsvTableReader
{
    private readonly Stream stream;
    private readonly TextTableOptions options;
    private readonly string[] columns;
    private readonly RowRange body;

    private CsvTableReader(Stream stream, TextTableOptions options, string[] columns, RowRange body) =>
        (this.stream, this.options, this.columns, this.body) = (stream, options, columns, body);

    /// <summary>The columns' names in order.</summary>
    public IReadOnlyList<string> Columns => columns;

    private byte Delimiter => (byte)options.Delimiter;

    /// <summary>Reads the header. The stream must be able to seek.</summary>
    /// <exception cref="TableException">There is no header, or its names are empty or not distinct.</exception>
    public static async Task<CsvTableReader> OpenAsync(Stream stream, TextTableOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new TextTableOptions();
        var delimiter = (byte)options.Delimiter;
        var records = new RecordReader<CsvScan>(stream, RowRange.All, options.MaxRowBytes, new CsvScan(delimiter));
        if (!await records.NextAsync(cancellation)) throw new TableException("The CSV file is empty; expected a first line with the columns' names.");
        var names = new List<string>();
        var wrong = records.IsTooLong ? $"it is longer than {options.MaxRowBytes} bytes" : CsvFields.Split(records.Bytes, delimiter, names);
        if (wrong is not null) throw new TableException($"Line {records.Line}, the header of the CSV file, cannot be read: {wrong}.");
        TableSchema.CheckNames([.. names.Select(name => new Column(name, ColumnType.String))], "The CSV header", "column");
        return new CsvTableReader(stream, options, [.. names], new RowRange(records.EndOffset, long.MaxValue, FirstLine: records.EndLine));
    }

    /// <summary>
    /// The rows that start in <paramref name="range"/> (null: all), one at a time; a range must start and end where rows start, since a line
    /// break within quotes cannot be told from one between rows.
    /// With a <paramref name="schema"/>, fields become values of its types and empty ones null where the type is not text; one that does
    /// not convert makes its row bad.
    /// </summary>
    public async IAsyncEnumerable<SourceRow> ReadAsync(
        RowRange? range = null, TableSchema? schema = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        range = range is null || range.Start < body.Start ? body with { End = range?.End ?? body.End } : range;
        var types = Columns.Select(name => schema?.IndexOf(name) is >= 0 and var i ? schema.Columns[i].Type : ColumnType.String).ToArray();
        var records = Records(range);
        var fields = new List<string>();
        for (var row = range.FirstRow; await records.NextAsync(cancellation); row++)
        {
            var (values, error) = Parse(records, fields, types);
            yield return new SourceRow(row, records.Line, records.Offset, values, error);
        }
    }

    /// <summary>
    /// Reads the whole file to find each column's narrowest type that all its fields but empty ones have: boolean (true, false), int64,
    /// float64, or else string. Numbers with leading zeros (article numbers, postcodes) are text. Bad records are passed over.
    /// </summary>
    public async Task<TableSchema> InferSchemaAsync(CancellationToken cancellation = default)
    {
        var kinds = new ColumnKind?[Columns.Count];
        var records = Records(body);
        var fields = new List<string>();
        while (await records.NextAsync(cancellation))
        {
            if (records.IsTooLong || CsvFields.Split(records.Bytes, Delimiter, fields) is not null || fields.Count != kinds.Length) continue;
            for (var i = 0; i < kinds.Length; i++) kinds[i] = CsvValues.Widen(kinds[i], fields[i]);
        }
        return new TableSchema([.. Columns.Select((name, i) => new Column(name, CsvValues.TypeOf(kinds[i])))]);
    }

    private RecordReader<CsvScan> Records(RowRange range) => new(stream, range, options.MaxRowBytes, new CsvScan(Delimiter));

    private (NamedValues? Values, string? Error) Parse(RecordReader<CsvScan> records, List<string> fields, ColumnType[] types)
    {
        if (records.IsTooLong) return (null, $"the record is longer than {options.MaxRowBytes} bytes; is a quote not closed?");
        if (CsvFields.Split(records.Bytes, Delimiter, fields) is { } error) return (null, error);
        if (fields.Count != Columns.Count)
            return (null, $"expected {Columns.Count} fields as in the header, found {fields.Count}");
        var values = new object?[fields.Count];
        for (var i = 0; i < fields.Count; i++)
        {
            if (!CsvValues.TryConvert(fields[i], types[i].Kind, out values[i]))
                return (null, $"column \"{Columns[i]}\": expected {types[i]}, found \"{fields[i]}\"");
        }
        return (new NamedValues(columns, values), null);
    }
}
