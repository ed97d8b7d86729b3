using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Dapr.Actors.Communication;

namespace Dapr.Actors.Runtime.State;

/// <summary>State that the sidecar keeps.</summary>
internal sealed class SidecarStateStore(ActorSidecarClient client, JsonSerializerOptions json, TimeProvider time) : IActorStateStore
{
    public async Task<ConditionalValue<StoredState<T>>> TryReadAsync<T>(
        string actorType, string actorId, string stateName, CancellationToken cancellationToken)
    {
        var (body, expires) = await client.GetStateAsync(actorType, actorId, stateName, cancellationToken);
        return body.Length == 0 || expires <= time.GetUtcNow()
            ? default
            : new(hasValue: true, new StoredState<T>(JsonSerializer.Deserialize<T>(body, json)!, expires));
    }

    public async Task<bool> ContainsAsync(string actorType, string actorId, string stateName, CancellationToken cancellationToken)
    {
        var (body, expires) = await client.GetStateAsync(actorType, actorId, stateName, cancellationToken);
        return body.Length > 0 && !(expires <= time.GetUtcNow());
    }

    public Task SaveAsync(string actorType, string actorId, IReadOnlyList<ActorStateChange> changes, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, ActorJson.Writer(json)))
        {
            writer.WriteStartArray();
            foreach (var change in changes)
            {
                Write(writer, change);
            }

            writer.WriteEndArray();
        }

        return client.SaveStateAsync(actorType, actorId, buffer.WrittenSpan.ToArray(), cancellationToken);
    }

    private void Write(Utf8JsonWriter writer, ActorStateChange change)
    {
        writer.WriteStartObject();
        writer.WriteString("operation"u8, change.ChangeKind == StateChangeKind.Remove ? "delete" : "upsert");
        writer.WriteStartObject("request"u8);
        writer.WriteString("key"u8, change.StateName);
        if (change.ChangeKind != StateChangeKind.Remove)
        {
            writer.WritePropertyName("value"u8);
            JsonSerializer.Serialize(writer, change.Value, change.Type, json);
            if (change.TTLExpireTime is { } expires)
            {
                // A second is the smallest unit; a value that expires within it is there for that second.
                var left = Math.Max(1, (long)Math.Ceiling((expires - time.GetUtcNow()).TotalSeconds));
                writer.WriteStartObject("metadata"u8);
                writer.WriteString("ttlInSeconds"u8, left.ToString(CultureInfo.InvariantCulture));
                writer.WriteEndObject();
            }
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
