using System.Text;
using System.Text.Json;

namespace Serverless.Storage.Tables.Text;

/// <summary>Parses lines; keeps the keys of the line before, which the next one mostly has too and then shares.</summary>
internal sealed class JsonLineParser
{
    private string[] names = [];
    private byte[][] namesUtf8 = [];

    internal (NamedValues? Values, string? Error) Parse(ReadOnlySpan<byte> line)
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

    private NamedValues ReadObject(ref Utf8JsonReader reader)
    {
        var values = new object?[names.Length];
        for (var i = 0; ; i++)
        {
            reader.Read();
            var isEnd = reader.TokenType == JsonTokenType.EndObject;
            if (isEnd && i == names.Length) return new NamedValues(names, values);
            if (isEnd || i == names.Length || !reader.ValueTextEquals(namesUtf8[i])) return ReadOtherNames(ref reader, values.AsSpan(0, i));
            reader.Read();
            values[i] = JsonValue.Read(ref reader);
        }
    }

    /// <summary>The rest of a line that has other keys than the one before; the next is expected to be like it.</summary>
    /// <param name="reader">Stands on the first key that differs, or on the object's end.</param>
    /// <param name="same">The values before it.</param>
    private NamedValues ReadOtherNames(ref Utf8JsonReader reader, ReadOnlySpan<object?> same)
    {
        var fields = new OrderedDictionary<string, object?>(names.Length);
        for (var i = 0; i < same.Length; i++) fields.Add(names[i], same[i]);
        for (; reader.TokenType != JsonTokenType.EndObject; reader.Read())
        {
            var key = JsonValue.ReadText(ref reader);
            reader.Read();
            fields[key] = JsonValue.Read(ref reader);
        }

        names = [.. fields.Keys];
        namesUtf8 = [.. names.Select(Encoding.UTF8.GetBytes)];
        return new NamedValues(names, [.. fields.Values]);
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
