using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Serverless.Storage.Tables;

namespace Serverless.Storage.Tests.Tables;

/// <summary>Rows as peers/read-parquet.mjs prints them: JSON whose values carry their type to the bit.</summary>
internal static class TypedText
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static string Of(TableSchema schema, IEnumerable<object?[]> rows) =>
        new JsonArray([.. rows.Select(row => Fields(schema.Columns, row))]).ToJsonString(Plain);

    internal static string Of(JsonNode? rows) => rows!.ToJsonString(Plain);

    /// <summary>Shows what is around the first difference: whole texts are long.</summary>
    internal static void ShouldBeSame(string actual, string expected, TableSchema schema)
    {
        var at = actual.AsSpan().CommonPrefixLength(expected);
        Around(actual, at).ShouldBe(Around(expected, at), $"at {at} of {expected.Length} in rows of {schema}");
        actual.Length.ShouldBe(expected.Length);
    }

    private static string Around(string text, int at) => text[Math.Max(0, at - 60)..Math.Min(text.Length, at + 60)];

    private static JsonObject Fields(IReadOnlyList<Column> columns, object?[] values) =>
        new(columns.Select((column, i) => KeyValuePair.Create(column.Name, Value(column.Type, values[i]))));

    private static JsonNode? Value(ColumnType type, object? value) => value switch
    {
        null => null,
        bool flag => Text(flag),
        long integer when type.Kind == ColumnKind.Int64 => Text($"i:{integer}"),
        long integer => Text($"f:{BitConverter.DoubleToUInt64Bits(integer):x}"),
        double number => Text(double.IsNaN(number) ? "f:nan" : $"f:{BitConverter.DoubleToUInt64Bits(number):x}"),
        string text => Text($"s:{text}"),
        IReadOnlyDictionary<string, object?> fields => Fields(type.Fields, [.. type.Fields.Select(field => fields.GetValueOrDefault(field.Name))]),
        IReadOnlyList<object?> list => new JsonArray([.. list.Select(element => Value(type.Element!, element))]),
        _ => throw new InvalidOperationException($"{value.GetType()} is no table value"),
    };

    private static System.Text.Json.Nodes.JsonValue Text<T>(T value) => System.Text.Json.Nodes.JsonValue.Create(value)!;
}
