using Dapr.Protocol;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>Gives each work item to what runs it, within the limits, and its outcome to the sidecar.</summary>
internal sealed class WorkItemDispatcher(
    TurnRunner turns, ActivityRunner activities, CompletionSender sender, WorkflowRuntimeOptions options, ILogger logger)
{
    private readonly WorkQueue turnQueue = new(options.WorkflowLimit);
    private readonly WorkQueue activityQueue = new(options.ActivityLimit);

    /// <summary>How much is running.</summary>
    public int Running => turnQueue.Running + activityQueue.Running;

    /// <summary>Takes an item that came over a connection.</summary>
    public void Dispatch(WorkItem item, CancellationToken connectionEnded)
    {
        switch (item.RequestCase)
        {
            case WorkItem.RequestOneofCase.WorkflowRequest:
                turnQueue.Enqueue(() => RunTurnAsync(item, connectionEnded));
                break;
            case WorkItem.RequestOneofCase.ActivityRequest:
                activityQueue.Enqueue(() => RunActivityAsync(item, connectionEnded));
                break;
            default:
                Log.UnknownWork(logger, item.RequestCase.ToString());
                break;
        }
    }

    /// <summary>Takes nothing any more, and ends when what runs has been delivered.</summary>
    public Task DrainAsync() => Task.WhenAll(turnQueue.StopAsync(), activityQueue.StopAsync());

    private async Task RunTurnAsync(WorkItem item, CancellationToken connectionEnded)
    {
        if (connectionEnded.IsCancellationRequested)
        {
            return;
        }

        try
        {
            var response = await turns.RunAsync(item.WorkflowRequest, item.CompletionToken).ConfigureAwait(false);
            await sender.SendAsync(response, connectionEnded).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Log.TurnFailed(logger, failure, item.WorkflowRequest.InstanceId);
        }
    }

    // What waited here while its connection ended is brought again by the next one.
    private async Task RunActivityAsync(WorkItem item, CancellationToken connectionEnded)
    {
        if (connectionEnded.IsCancellationRequested)
        {
            return;
        }

        try
        {
            var response = await activities.RunAsync(item.ActivityRequest, item.CompletionToken).ConfigureAwait(false);
            await sender.SendAsync(response, connectionEnded).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Log.ActivityFailed(logger, failure, item.ActivityRequest.Name, item.ActivityRequest.WorkflowInstance?.InstanceId ?? "");
        }
    }
}
