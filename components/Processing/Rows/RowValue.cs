using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Serverless.Processing.Rows;

/// <summary>
/// The values of rows: null, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/>, <see cref="string"/>,
/// <see cref="IReadOnlyList{T}"/> and <see cref="IReadOnlyDictionary{TKey,TValue}"/> of these.
/// </summary>
public static class RowValue
{
    /// <summary>Turns a .NET value into a row's value: small integers into long, float and decimal into double, JSON into its like,
    /// dates and GUIDs into their round-trip text.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">There is nothing like it.</exception>
    public static object? From(object? value) => value switch
    {
        null or bool or long or double or string => value,
        int or short or sbyte or byte or ushort or uint => Convert.ToInt64(value),
        float or decimal => Convert.ToDouble(value),
        JsonElement json => FromJson(json),
        JsonNode node => FromJson(node.GetValueKind() == JsonValueKind.Undefined ? default : JsonSerializer.SerializeToElement(node)),
        Row row => row,
        Enum or char or Guid or Uri => value.ToString(),
        DateTime or DateTimeOffset or DateOnly or TimeOnly => ((IFormattable)value).ToString("O", null),
        IReadOnlyDictionary<string, object?> map => map.ToDictionary(field => field.Key, field => From(field.Value)),
        IDictionary map => map.Cast<DictionaryEntry>().ToDictionary(field => field.Key.ToString()!, field => From(field.Value)),
        IEnumerable list => list.Cast<object?>().Select(From).ToArray(),
        _ => throw new ArgumentException(
            $"a {value.GetType().Name} cannot stand in a row; use null, bool, a number, a text, a list or a dictionary", nameof(value)),
    };

    /// <summary>A JSON value as a row's value. A whole number that fits 64 bits is a long, any other a double.</summary>
    /// <param name="json">The value.</param>
    public static object? FromJson(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.TryGetInt64(out var integer) ? (object)integer : json.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => json.EnumerateArray().Select(FromJson).ToArray(),
        JsonValueKind.Object => FieldsOf(json),
        _ => null,
    };

    // A name that stands twice has its last value, as in every common reader.
    static Dictionary<string, object?> FieldsOf(JsonElement json)
    {
        var fields = new Dictionary<string, object?>();
        foreach (var field in json.EnumerateObject())
            fields[field.Name] = FromJson(field.Value);
        return fields;
    }

    /// <summary>A value in words, short enough for a message.</summary>
    internal static string Describe(object? value) => value switch
    {
        null => "nothing",
        bool flag => flag ? "true" : "false",
        long or double => $"the number {value}",
        string text => text.Length <= 60 ? $"the text \"{text}\"" : $"the text \"{text[..60]}...\"",
        IReadOnlyDictionary<string, object?> => "a mapping",
        IReadOnlyList<object?> => "a list",
        _ => $"a {value.GetType().Name}",
    };
}
