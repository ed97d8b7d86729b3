using Dapr.Workflow;
using Serverless.Jobs;
using Serverless.Jobs.Commands;
using Serverless.Jobs.Notifications;
using Serverless.Jobs.Webhooks;

namespace Serverless.Workflows.Activities;

/// <summary>Publishes a job's end on the topic that the job names; the common one has heard of it from the job's actor.</summary>
public sealed class PublishActivity(JobActors actors, JobNotifier notifier) : WorkflowActivity<JobRef, bool>
{
    /// <inheritdoc />
    public override async Task<bool> RunAsync(WorkflowActivityContext context, JobRef input)
    {
        var notify = (await SpecStore.ReadAsync(input.SpecUri, CancellationToken.None)).Notify;
        if (notify?.Topic is { } topic && topic != JobNotifier.PubSub && await actors.Job(JobKey.Parse(input.Key)).GetAsync() is { } job)
        {
            await notifier.PublishAsync(JobEvent.OfEnd(job.State), topic);
        }

        return true;
    }
}

/// <summary>Makes one attempt at a job's webhook. What can never be delivered is given up; what may be is thrown and tried again.</summary>
public sealed class WebhookActivity(JobActors actors, JobNotifier notifier) : WorkflowActivity<JobRef, bool>
{
    /// <inheritdoc />
    public override async Task<bool> RunAsync(WorkflowActivityContext context, JobRef input)
    {
        var notify = (await SpecStore.ReadAsync(input.SpecUri, CancellationToken.None)).Notify;
        if (notify?.Webhook is not { } address || await actors.Job(JobKey.Parse(input.Key)).GetAsync() is not { } job)
        {
            return true;
        }

        try
        {
            await notifier.SendAsync(address, JobEvent.OfEnd(job.State), CancellationToken.None);
            return true;
        }
        catch (WebhookException error) when (!error.CanPass)
        {
            return false;
        }
    }
}
