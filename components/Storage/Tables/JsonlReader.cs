using System.Runtime.CompilerServices;
using System.Text.Json;
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

/// <summary>Parses lines; keeps the keys of the line before, which the next one mostly has too.</summary>
internal sealed class JsonLineParser
{
    private readonly List<(byte[] Utf8, string Text)> keys = [];

    internal (IReadOnlyDictionary<string, object?>? Values, string? Error) Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) return (null, $"expected a JSON object, found {Name(reader.TokenType)}");
            var values = ReadObject(ref reader);
            reader.Read();
            return (values, null);
        }
        catch (JsonException e)
        {
            var reason = e.Message.AsSpan();
            if (reason.IndexOf(" LineNumber:", StringComparison.Ordinal) is >= 0 and var cut) reason = reason[..cut];
            return (null, $"not valid JSON at byte {e.BytePositionInLine} of the line: {reason}");
        }
    }

    private Dictionary<string, object?> ReadObject(ref Utf8JsonReader reader)
    {
        var values = new Dictionary<string, object?>(keys.Count);
        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndObject; i++)
        {
            var key = ReadKey(ref reader, i);
            reader.Read();
            values[key] = JsonValue.Read(ref reader);
        }
        return values;
    }

    private string ReadKey(ref Utf8JsonReader reader, int position)
    {
        if (position < keys.Count && reader.ValueTextEquals(keys[position].Utf8)) return keys[position].Text;
        var text = JsonValue.ReadText(ref reader);
        var entry = (System.Text.Encoding.UTF8.GetBytes(text), text);
        if (position < keys.Count) keys[position] = entry;
        else if (position < 256) keys.Add(entry);
        return text;
    }

    private static string Name(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "a boolean",
    };
}
