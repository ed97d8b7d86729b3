using System.Text.Json;
using System.Text.Json.Serialization;

namespace Serverless.Contracts.Specs;

/// <summary>How many engine replicas: a number, or <c>{min, max}</c>.</summary>
/// <param name="Min">At least so many.</param>
/// <param name="Max">At most so many.</param>
[JsonConverter(typeof(ConcurrencyConverter))]
public sealed record ConcurrencySpec(int Min, int Max);

/// <summary>Reads a number or <c>{min, max}</c>; writes a number when both are equal.</summary>
internal sealed class ConcurrencyConverter : JsonConverter<ConcurrencySpec>
{
    public override ConcurrencySpec Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            var replicas = reader.GetInt32();
            return new ConcurrencySpec(replicas, replicas);
        }

        using var range = JsonDocument.ParseValue(ref reader);
        return new ConcurrencySpec(range.RootElement.GetProperty("min").GetInt32(), range.RootElement.GetProperty("max").GetInt32());
    }

    public override void Write(Utf8JsonWriter writer, ConcurrencySpec value, JsonSerializerOptions options)
    {
        if (value.Min == value.Max)
        {
            writer.WriteNumberValue(value.Min);
            return;
        }

        writer.WriteStartObject();
        writer.WriteNumber("min", value.Min);
        writer.WriteNumber("max", value.Max);
        writer.WriteEndObject();
    }
}
