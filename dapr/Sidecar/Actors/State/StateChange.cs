using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Dapr.Sidecar.Actors.State;

/// <summary>One change of a state transaction.</summary>
/// <param name="Key">The state's name.</param>
/// <param name="Value">JSON to store; null removes the key.</param>
/// <param name="Ttl">How long it is kept; null for ever.</param>
internal readonly record struct StateChange(string Key, byte[]? Value, TimeSpan? Ttl)
{
    private static readonly byte[] JsonNull = "null"u8.ToArray();

    /// <summary>Reads a transaction: <c>[{"operation":"upsert","request":{"key","value","metadata":{"ttlInSeconds"}}}, {"operation":"delete",...}]</c>.</summary>
    /// <exception cref="ActorException">It is no such JSON, or asks for something that is not supported.</exception>
    public static List<StateChange> ParseAll(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.EnumerateArray().Select(Parse)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw ActorException.Malformed(error.Message);
        }
    }

    private static StateChange Parse(JsonElement json)
    {
        var request = json.GetProperty("request");
        var key = request.GetProperty("key").GetString() is { Length: > 0 } name ? name : throw new JsonException("a key is empty");
        return json.GetProperty("operation").GetString() switch
        {
            "upsert" => new StateChange(key, request.TryGetProperty("value", out var value) ? JsonMarshal.GetRawUtf8Value(value).ToArray() : JsonNull, ReadTtl(request)),
            "delete" => new StateChange(key, Value: null, Ttl: null),
            var other => throw Failed($"operation type {other} not supported; use upsert or delete"),
        };
    }

    private static TimeSpan? ReadTtl(JsonElement request)
    {
        if (!request.TryGetProperty("metadata", out var metadata) || metadata.ValueKind != JsonValueKind.Object || !metadata.TryGetProperty("ttlInSeconds", out var ttl))
        {
            return null;
        }

        var text = ttl.ValueKind == JsonValueKind.String ? ttl.GetString() : ttl.GetRawText();
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            throw Failed($"ttlInSeconds is \"{text}\", it must be a whole number of seconds");
        }

        // As in Dapr's state stores, less than one second means that it does not expire.
        return seconds > 0 ? TimeSpan.FromSeconds(seconds) : null;
    }

    internal static ActorException Failed(string reason) =>
        new(StatusCodes.Status500InternalServerError, "ERR_ACTOR_STATE_TRANSACTION_SAVE", $"error saving actor transaction state: {reason}");
}
