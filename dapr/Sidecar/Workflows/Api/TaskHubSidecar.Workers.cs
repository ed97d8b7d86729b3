using Dapr.Protocol;
using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Workflows.Activities;
using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Manage;
using Dapr.Sidecar.Workflows.Turns;
using Dapr.Sidecar.Workflows.Workers;
using Grpc.Core;

namespace Dapr.Sidecar.Workflows.Api;

/// <summary>The workers' part of <c>TaskHubSidecarService</c>.</summary>
internal sealed partial class TaskHubSidecar(
    AppDirectory apps, WorkflowEngine engine, CreateInstance create, QueryInstances query, RaiseEvent raise, SuspendInstance suspend,
    TerminateChildren terminateChildren, PurgeInstance purge, RerunInstance rerun, CompleteTurn completeTurn, CompleteActivity completeActivity)
    : TaskHubSidecarService.TaskHubSidecarServiceBase
{
    public override async Task GetWorkItems(GetWorkItemsRequest request, IServerStreamWriter<WorkItem> responseStream, ServerCallContext context)
    {
        // At once, so that a worker knows that it is connected before there is work.
        await context.WriteResponseHeadersAsync([]);
        WorkerStream stream;
        lock (engine.Gate)
        {
            stream = engine.Dispatcher.Connect(AppOf(context));
        }

        try
        {
            await foreach (var item in stream.ItemsAsync(context.CancellationToken))
            {
                await responseStream.WriteAsync(item, context.CancellationToken);
                engine.Points.Hit(item.WorkflowRequest is not null ? WorkflowPoints.TurnDispatched : WorkflowPoints.ActivityDispatched);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or InvalidOperationException && context.CancellationToken.IsCancellationRequested)
        {
            // The worker has gone: what it had goes to others below.
        }
        finally
        {
            lock (engine.Gate)
            {
                engine.Dispatcher.Disconnect(stream);
            }
        }
    }

    public override async Task<CompleteTaskResponse> CompleteActivityTask(ActivityResponse request, ServerCallContext context)
    {
        await completeActivity.RunAsync(AppOf(context), request);
        return new();
    }

    public override Task<CompleteTaskResponse> CompleteOrchestratorTask(WorkflowResponse request, ServerCallContext context) => CompleteTurnAsync(request, context);

    public override Task<CompleteTaskResponse> CompleteWorkflowTask(WorkflowResponse request, ServerCallContext context) => CompleteTurnAsync(request, context);

    private async Task<CompleteTaskResponse> CompleteTurnAsync(WorkflowResponse request, ServerCallContext context)
    {
        await completeTurn.RunAsync(AppOf(context), request);
        return new();
    }
}
