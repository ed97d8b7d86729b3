using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dapr.Actors;

/// <summary>An id is a plain string in JSON.</summary>
internal sealed class ActorIdJsonConverter : JsonConverter<ActorId>
{
    public override ActorId? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || reader.GetString() is not { } id || string.IsNullOrWhiteSpace(id))
        {
            throw new JsonException("The id of an actor is a string that is not empty.");
        }

        return new ActorId(id);
    }

    public override void Write(Utf8JsonWriter writer, ActorId value, JsonSerializerOptions options) => writer.WriteStringValue(value.GetId());
}
