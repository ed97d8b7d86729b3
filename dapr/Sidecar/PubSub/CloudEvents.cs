using System.Text.Json;
using System.Text.Json.Nodes;
using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.PubSub;

/// <summary>The envelope of messages: CloudEvents 1.0 in JSON, with Dapr's fields (https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-cloudevents/).</summary>
internal static class CloudEvents
{
    /// <summary>The media type of the envelope.</summary>
    public const string MediaType = "application/cloudevents+json";

    /// <summary>Wraps data; metadata <c>cloudevent.NAME</c> sets a field.</summary>
    /// <exception cref="BadRequestException">The data is not what its content type says.</exception>
    public static byte[] Wrap(byte[] data, string contentType, EnvelopeContext context)
    {
        var envelope = Start(context);
        envelope["datacontenttype"] = contentType;
        if (IsJson(contentType))
        {
            envelope["data"] = Parse(data);
        }
        else if (contentType.StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase))
        {
            envelope["data_base64"] = Convert.ToBase64String(data);
        }
        else
        {
            envelope["data"] = System.Text.Encoding.UTF8.GetString(data);
        }

        return Finish(envelope, context);
    }

    /// <summary>Completes an envelope that the publisher made.</summary>
    /// <exception cref="BadRequestException">It is no JSON object.</exception>
    public static byte[] Complete(byte[] envelope, EnvelopeContext context)
    {
        var given = Parse(envelope) as JsonObject ?? throw new BadRequestException("a cloud event is a JSON object", "ERR_PUBSUB_CLOUD_EVENTS_SER");
        foreach (var (name, value) in Start(context))
        {
            if (name is "topic" or "pubsubname" || given[name] is null)
            {
                given[name] = value?.DeepClone();
            }
        }

        return Finish(given, context);
    }

    /// <summary>The envelope that a subscriber to raw payloads gets.</summary>
    public static byte[] OfRaw(byte[] payload, EnvelopeContext context)
    {
        var envelope = Start(context);
        envelope["datacontenttype"] = "application/octet-stream";
        envelope["data_base64"] = Convert.ToBase64String(payload);
        return Finish(envelope, context);
    }

    /// <summary>The envelope in a payload; null where there is none.</summary>
    public static JsonElement? TryRead(byte[] payload)
    {
        try
        {
            var root = JsonElement.Parse(payload);
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("specversion", out _) ? root : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonObject Start(EnvelopeContext context) => new()
    {
        ["id"] = context.Id,
        ["source"] = context.AppId,
        ["specversion"] = "1.0",
        ["type"] = "com.dapr.event.sent",
        ["topic"] = context.Topic,
        ["pubsubname"] = context.PubSub,
        ["time"] = context.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"),
        ["traceparent"] = context.TraceParent,
        ["traceid"] = context.TraceParent,
        ["tracestate"] = context.TraceState,
    };

    private static byte[] Finish(JsonObject envelope, EnvelopeContext context)
    {
        if (context.Expires is { } expires)
        {
            envelope["expiration"] = expires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        }

        const string Prefix = "cloudevent.";
        foreach (var (name, value) in context.Metadata.Where(entry => entry.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)))
        {
            envelope[name[Prefix.Length..].ToLowerInvariant()] = value;
        }

        return JsonSerializer.SerializeToUtf8Bytes(envelope);
    }

    private static bool IsJson(string contentType)
    {
        var media = contentType.Split(';')[0].Trim();
        return media.EndsWith("/json", StringComparison.OrdinalIgnoreCase) || media.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }

    private static JsonNode? Parse(byte[] data)
    {
        try
        {
            return JsonNode.Parse(data);
        }
        catch (JsonException error)
        {
            throw new BadRequestException($"cannot create cloudevent: {error.Message}", "ERR_PUBSUB_CLOUD_EVENTS_SER");
        }
    }
}

/// <summary>What an envelope says about its message.</summary>
internal sealed record EnvelopeContext(string Id, string AppId, string PubSub, string Topic, DateTimeOffset Time, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>When the message runs out.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The publisher's trace (W3C).</summary>
    public string TraceParent { get; init; } = "";

    /// <summary>The publisher's trace state.</summary>
    public string TraceState { get; init; } = "";
}
