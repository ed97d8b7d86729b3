using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Resiliency;

namespace Dapr.Sidecar.PubSub;

/// <summary>Posts messages to an app's routes and reads what the app says about them.</summary>
internal sealed partial class EventDelivery(SidecarApp app, AppSubscription subscription, ResiliencyPolicies policies, TimeProvider time, ILogger<EventDelivery> logger)
{
    /// <summary>Delivers one message, through the inbound policies of its component.</summary>
    public async Task<DeliveryResult> DeliverAsync(Delivery delivery, CancellationToken cancellation)
    {
        var payload = delivery.Payload;
        if (subscription.RawPayload)
        {
            payload = CloudEvents.OfRaw(payload, new EnvelopeContext(Guid.NewGuid().ToString(), app.Id, subscription.PubSub, delivery.Topic, time.GetUtcNow(), new Dictionary<string, string>()));
        }

        if (CloudEvents.TryRead(payload) is not { } envelope)
        {
            LogNoEvent(delivery.Topic, delivery.Id, app.Id);
            return DeliveryResult.Drop;
        }

        if (subscription.PathOf(envelope) is not { } path)
        {
            LogNoRoute(delivery.Topic, delivery.Id, app.Id);
            return DeliveryResult.Success;
        }

        try
        {
            return await policies.Inbound(subscription.PubSub).ExecuteAsync(async token => await PostAsync(path, payload, delivery, token), cancellation);
        }
        catch (Exception error) when (error is CircuitOpenException || PolicyFailures.IsUnreachable(error))
        {
            app.Suspect();
            return DeliveryResult.NotDelivered;
        }
        catch (Exception error) when (error is AppStatusException or HttpRequestException or Polly.Timeout.TimeoutRejectedException)
        {
            // A connection that broke counts as an attempt: the message may be what makes the app crash.
            LogRefused(delivery.Topic, delivery.Id, app.Id, path, error.Message);
            return DeliveryResult.Retry;
        }
    }

    private async ValueTask<DeliveryResult> PostAsync(string path, byte[] payload, Delivery delivery, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path.TrimStart('/'), UriKind.Relative)) { Content = new ByteArrayContent(payload) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(CloudEvents.MediaType);
        using var response = await app.Channel!.SendAsync(request, cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            LogRefused(delivery.Topic, delivery.Id, app.Id, path, "it has no such route (404)");
            return DeliveryResult.Drop;
        }

        if (!response.IsSuccessStatusCode)
        {
            throw new AppStatusException((int)response.StatusCode);
        }

        return StatusIn(await response.Content.ReadAsByteArrayAsync(cancellation)) switch
        {
            null or "SUCCESS" => DeliveryResult.Success,
            "DROP" => DeliveryResult.Drop,
            "RETRY" => throw new AppStatusException(StatusCodes.Status503ServiceUnavailable),
            var other => throw new InvalidOperationException($"the app answered status \"{other}\"; known are SUCCESS, RETRY and DROP"),
        };
    }

    /// <summary>The <c>status</c> of an answer's JSON; null where there is none: that is a success.</summary>
    private static string? StatusIn(byte[] body)
    {
        try
        {
            return body.Length > 0 && JsonElement.Parse(body) is { ValueKind: JsonValueKind.Object } answer && answer.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.String
                && status.GetString() is { Length: > 0 } text ? text : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [LoggerMessage(340, LogLevel.Warning, "Topic {Topic}: message {Id} is no cloud event, and {App} did not subscribe with rawPayload.")]
    private partial void LogNoEvent(string topic, long id, string app);

    [LoggerMessage(341, LogLevel.Debug, "Topic {Topic}: message {Id} matches no route of {App}.")]
    private partial void LogNoRoute(string topic, long id, string app);

    [LoggerMessage(342, LogLevel.Warning, "Topic {Topic}: {App} did not take message {Id} at {Path}: {Reason}.")]
    private partial void LogRefused(string topic, long id, string app, string path, string reason);
}
