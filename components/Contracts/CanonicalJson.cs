using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Serverless.Contracts;

/// <summary>
/// One text for one meaning: names sorted by their UTF-16 code units, no white space, nulls left out, numbers in their shortest
/// form (after RFC 8785, for the numbers and texts that our documents hold).
/// </summary>
public static class CanonicalJson
{
    /// <summary>The canonical text of a document.</summary>
    /// <param name="node">The document.</param>
    public static string Write(JsonNode? node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = ContractsJson.Compact.Encoder }))
            Write(node, writer);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>SHA-256 of the canonical text, 64 lower-case hexadecimal digits.</summary>
    /// <param name="node">The document.</param>
    public static string Fingerprint(JsonNode? node) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Write(node))));

    static void Write(JsonNode? node, Utf8JsonWriter writer)
    {
        switch (node)
        {
            case JsonObject record:
                writer.WriteStartObject();
                foreach (var (name, value) in record.Where(field => field.Value is not null).OrderBy(field => field.Key, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(name);
                    Write(value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonArray list:
                writer.WriteStartArray();
                foreach (var item in list)
                    Write(item, writer);
                writer.WriteEndArray();
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                WriteNumber(value, writer);
                break;
            case null:
                writer.WriteNullValue();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }

    static void WriteNumber(JsonValue value, Utf8JsonWriter writer)
    {
        // 1, 1.0 and 1e0 are one number.
        var text = value.ToJsonString();
        if (long.TryParse(text, out var integer))
            writer.WriteNumberValue(integer);
        else if (double.Parse(text) is var number && number == Math.Floor(number) && Math.Abs(number) < 1L << 53)
            writer.WriteNumberValue((long)number);
        else
            writer.WriteNumberValue(number);
    }
}
