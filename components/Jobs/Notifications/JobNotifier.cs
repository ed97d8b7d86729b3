using System.Net;
using System.Text.Json;
using Dapr.SidecarApi;
using Microsoft.Extensions.Logging;
using Serverless.Contracts;
using Serverless.Jobs.Webhooks;

namespace Serverless.Jobs.Notifications;

/// <summary>Tells what has become of a job: on topics of the pub/sub component <c>job-events</c> and by webhook. At least once, with the same id each time.</summary>
public sealed partial class JobNotifier(SidecarClient sidecar, WebhookSender webhooks, ILogger<JobNotifier> logger)
{
    /// <summary>The pub/sub component, and its topic that hears of every state of every job.</summary>
    public const string PubSub = "job-events";

    /// <summary>Publishes an event. An installation without the component publishes nothing.</summary>
    /// <param name="told">The event.</param>
    /// <param name="topic">The topic. Default: that of every job.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task PublishAsync(JobEvent told, string topic = PubSub, CancellationToken cancellationToken = default)
    {
        var metadata = new Dictionary<string, string> { ["cloudevent.id"] = told.Id, ["cloudevent.type"] = told.Type };
        try
        {
            await sidecar.PublishAsync(PubSub, topic, told, metadata, cancellationToken);
        }
        catch (SidecarException error) when (error.Status is HttpStatusCode.NotFound or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest)
        {
            LogNotPublished(told.Id, topic, error.Message);
        }
    }

    /// <summary>Sends the webhook, once.</summary>
    /// <exception cref="WebhookException">It was not delivered.</exception>
    public Task SendAsync(string address, JobEvent ended, CancellationToken cancellationToken) =>
        webhooks.SendAsync(address, ended.Id, JsonSerializer.SerializeToUtf8Bytes(ended, ContractsJson.Compact), cancellationToken);

    [LoggerMessage(2005, LogLevel.Warning, "Event {Event} was not published on {Topic} and will not be: {Reason}")]
    private partial void LogNotPublished(string @event, string topic, string reason);
}
