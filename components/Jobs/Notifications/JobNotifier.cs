using System.Text.Json;
using Dapr.SidecarApi;
using Serverless.Contracts;
using Serverless.Contracts.Specs;
using Serverless.Jobs.Webhooks;

namespace Serverless.Jobs.Notifications;

/// <summary>Tells that a job has ended: on a topic of the pub/sub component <c>job-events</c> and by webhook. At least once, with the same id each time.</summary>
public sealed class JobNotifier(SidecarClient sidecar, WebhookSender webhooks)
{
    /// <summary>The pub/sub component, and its topic that hears of every job.</summary>
    public const string PubSub = "job-events";

    /// <summary>Publishes the event: on the common topic, and on the one that the job names.</summary>
    public async Task PublishAsync(JobEvent ended, NotifySpec? notify, CancellationToken cancellationToken)
    {
        var metadata = new Dictionary<string, string> { ["cloudevent.id"] = IdOf(ended), ["cloudevent.type"] = ended.Type };
        await sidecar.PublishAsync(PubSub, PubSub, ended, metadata, cancellationToken);
        if (notify?.Topic is { } topic && topic != PubSub)
        {
            await sidecar.PublishAsync(PubSub, topic, ended, metadata, cancellationToken);
        }
    }

    /// <summary>Sends the webhook, once.</summary>
    /// <exception cref="WebhookException">It was not delivered.</exception>
    public Task SendAsync(string address, JobEvent ended, CancellationToken cancellationToken) =>
        webhooks.SendAsync(address, IdOf(ended), JsonSerializer.SerializeToUtf8Bytes(ended, ContractsJson.Compact), cancellationToken);

    private static string IdOf(JobEvent ended) => $"{ended.JobId}-{ended.Type}";
}
