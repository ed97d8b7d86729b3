using System.Runtime.CompilerServices;
using Serverless.Storage.Tables.Text;

namespace Serverless.Storage.Tables;

/// <summary>
/// Reads JSON Lines: UTF-8, one object a line. Lines end with LF or CR LF; lines of white space only and a byte order mark are skipped.
/// Integers that fit are Int64, all other numbers Float64; of a key that stands twice the last value counts. A bad line is an error of
/// that line alone.
/// </summary>
public static class JsonlReader
{
    /// <summary>The rows that start in <paramref name="range"/> (null: all), one at a time. The stream must be able to seek, unless the range starts at 0.</summary>
    public static async IAsyncEnumerable<SourceRow> ReadAsync(
        Stream stream, RowRange? range = null, TextTableOptions? options = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        range ??= RowRange.All;
        options ??= new TextTableOptions();
        var records = new RecordReader<LineScan>(stream, range, options.MaxRowBytes, default);
        var parser = new JsonLineParser();
        for (var row = range.FirstRow; await records.NextAsync(cancellation); row++)
        {
            var (values, error) = records.IsTooLong
                ? (null, $"the line is longer than {options.MaxRowBytes} bytes")
                : parser.Parse(records.Bytes);
            yield return new SourceRow(row, records.Line, records.Offset, values, error);
        }
    }
}
