using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Dapr.Sidecar.Components;
using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Resiliency;
using Dapr.Sidecar.Store;

namespace Dapr.Sidecar.PubSub;

/// <summary>Dapr's publish API (https://docs.dapr.io/reference/api/pubsub_api/). The messages of a bulk are published all or none.</summary>
internal sealed class PublishApi(ComponentCatalog catalog, AppDirectory apps, ResiliencyPolicies policies, TimeProvider time)
{
    private static readonly string[] PostOrPut = ["POST", "PUT"];

    public static void Map(WebApplication host)
    {
        var api = host.Services.GetRequiredService<PublishApi>();
        host.MapMethods("/v1.0/publish/{pubsub}/{**topic}", PostOrPut, (HttpContext http, string pubsub) => api.PublishAsync(http, pubsub));
        foreach (var version in new[] { "v1.0", "v1.0-alpha1" })
        {
            host.MapMethods($"/{version}/publish/bulk/{{pubsub}}/{{**topic}}", PostOrPut, (HttpContext http, string pubsub) => api.PublishBulkAsync(http, pubsub));
        }
    }

    private Task<IResult> PublishAsync(HttpContext http, string pubsub) => RunAsync(http, pubsub, RawPath.After(3, http), async (bus, topic) =>
    {
        var metadata = JsonBody.Metadata(http);
        var message = Create(http, pubsub, topic, await JsonBody.ReadBytesAsync(http), http.Request.ContentType ?? "text/plain", metadata);
        await policies.Outbound(pubsub).ExecuteAsync(async _ => await bus.PublishAsync(topic, [message]), http.RequestAborted);
        return Results.NoContent();
    }, (status, code, message, _) => ApiError.Result(status, code, message));

    private Task<IResult> PublishBulkAsync(HttpContext http, string pubsub)
    {
        var entries = new List<BulkEntry>();
        return RunAsync(http, pubsub, RawPath.After(4, http), async (bus, topic) =>
        {
            var common = JsonBody.Metadata(http);
            entries.AddRange(await JsonBody.ReadAsync<List<BulkEntry>>(http));
            if (entries.Exists(entry => string.IsNullOrEmpty(entry.EntryId)) || entries.DistinctBy(entry => entry.EntryId).Count() != entries.Count)
            {
                throw new BadRequestException("each entry needs an entryId of its own", "ERR_PUBSUB_EVENTS_SER");
            }

            var messages = entries.ConvertAll(entry => Create(http, pubsub, topic, entry.Bytes(), entry.ContentType ?? "text/plain", Merge(common, entry.Metadata)));
            await policies.Outbound(pubsub).ExecuteAsync(async _ => await bus.PublishAsync(topic, messages), http.RequestAborted);
            return Results.NoContent();
        }, (status, code, message, failed) => failed is null ? ApiError.Result(status, code, message) : Results.Json(new JsonObject
        {
            ["failedEntries"] = new JsonArray([.. entries.Select(entry => (JsonNode)new JsonObject { ["entryId"] = entry.EntryId, ["error"] = message })]),
            ["errorCode"] = code,
        }, statusCode: status));
    }

    private async Task<IResult> RunAsync(
        HttpContext http, string pubsub, string topic, Func<IPubSub, string, Task<IResult>> run, Func<int, string, string, Exception?, IResult> fail)
    {
        var app = apps.Of(http);
        if (!catalog.TryGet<IPubSub>(app, pubsub, out var bus))
        {
            return catalog.Any<IPubSub>(app)
                ? ApiError.Result(StatusCodes.Status404NotFound, "ERR_PUBSUB_NOT_FOUND", $"pubsub {pubsub} is not found")
                : ApiError.Result(StatusCodes.Status404NotFound, "ERR_PUBSUB_NOT_CONFIGURED", $"pubsub {pubsub} is not configured");
        }

        if (topic.Length == 0)
        {
            return ApiError.Result(StatusCodes.Status404NotFound, "ERR_TOPIC_NAME_EMPTY", $"topic is empty in pubsub {pubsub}");
        }

        try
        {
            return await run(bus, topic);
        }
        catch (BadRequestException error)
        {
            return fail(StatusCodes.Status400BadRequest, error.Code, error.Message, null);
        }
        catch (Exception error) when (error is StoreException or CircuitOpenException or Polly.Timeout.TimeoutRejectedException)
        {
            return fail(StatusCodes.Status500InternalServerError, "ERR_PUBSUB_PUBLISH_MESSAGE", $"error when publish to topic {topic} in pubsub {pubsub}: {error.Message}", error);
        }
    }

    private PubSubMessage Create(HttpContext http, string pubsub, string topic, byte[] body, string contentType, Dictionary<string, string> metadata)
    {
        TimeSpan? life = null;
        if (metadata.TryGetValue("ttlInSeconds", out var text))
        {
            life = int.TryParse(text, out var seconds) && seconds > 0 ? TimeSpan.FromSeconds(seconds)
                : throw new BadRequestException($"metadata.ttlInSeconds is \"{text}\"; a whole number above 0 is needed", "ERR_PUBSUB_REQUEST_METADATA");
        }

        if (metadata.GetValueOrDefault("rawPayload") is { } raw && raw.ToLowerInvariant() is "true" or "1")
        {
            return new PubSubMessage(body, contentType, life);
        }

        var now = time.GetUtcNow();
        var context = new EnvelopeContext(Guid.NewGuid().ToString(), apps.Of(http).Id, pubsub, topic, now, metadata)
        {
            Expires = now + life,
            TraceParent = http.Request.Headers.TraceParent.ToString(),
            TraceState = http.Request.Headers.TraceState.ToString(),
        };
        var isEnvelope = contentType.StartsWith(CloudEvents.MediaType, StringComparison.OrdinalIgnoreCase);
        return new PubSubMessage(isEnvelope ? CloudEvents.Complete(body, context) : CloudEvents.Wrap(body, contentType, context), CloudEvents.MediaType, life);
    }

    private static Dictionary<string, string> Merge(Dictionary<string, string> common, Dictionary<string, string>? own)
    {
        var merged = new Dictionary<string, string>(common);
        foreach (var (name, value) in own ?? [])
        {
            merged[name] = value;
        }

        return merged;
    }

    private sealed record BulkEntry
    {
        [JsonPropertyName("entryId")]
        public string? EntryId { get; init; }

        [JsonPropertyName("event")]
        public JsonElement Event { get; init; }

        [JsonPropertyName("contentType")]
        public string? ContentType { get; init; }

        [JsonPropertyName("metadata")]
        public Dictionary<string, string>? Metadata { get; init; }

        /// <summary>The event's bytes: a text as it is where the content type is not JSON, else the JSON.</summary>
        public byte[] Bytes() =>
            Event.ValueKind == JsonValueKind.String && ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) is not true
                ? Encoding.UTF8.GetBytes(Event.GetString()!)
                : Event.ValueKind == JsonValueKind.Undefined ? [] : Encoding.UTF8.GetBytes(Event.GetRawText());
    }
}
