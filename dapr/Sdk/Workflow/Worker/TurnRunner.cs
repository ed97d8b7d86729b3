using Dapr.Common.Serialization;
using Dapr.Protocol;
using Dapr.Workflow.Abstractions;
using Dapr.Workflow.Replay;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>Answers the sidecar's question what a workflow does next.</summary>
internal sealed class TurnRunner(
    SidecarConnection sidecar, IWorkflowsFactory factory, IServiceScopeFactory scopes, IDaprSerializer serializer, ILoggerFactory loggers)
{
    private readonly ILogger logger = loggers.CreateLogger("Dapr.Workflow.Worker");

    /// <summary>Runs a turn.</summary>
    /// <exception cref="RpcException">The history is on the sidecar and could not be fetched.</exception>
    public async Task<WorkflowResponse> RunAsync(WorkflowRequest request, string completionToken)
    {
        var past = request.RequiresHistoryStreaming ? await FetchAsync(request).ConfigureAwait(false) : request.PastEvents;
        var history = new WorkflowHistory(past, request.NewEvents);
        var response = new WorkflowResponse { InstanceId = request.InstanceId, CompletionToken = completionToken };
        if (history.Terminated is { } terminated)
        {
            response.Actions.Add(Completion.Terminated(terminated.Input));
        }
        else if (!history.IsSuspended)
        {
            await RunCodeAsync(request, history, response).ConfigureAwait(false);
        }

        return response;
    }

    private async Task<IReadOnlyList<HistoryEvent>> FetchAsync(WorkflowRequest request)
    {
        using var call = sidecar.Client.GetInstanceHistoryAsync(
            new GetInstanceHistoryRequest { InstanceId = request.InstanceId }, sidecar.Call(SidecarConnection.CallLimit));
        var streamed = await call.ResponseAsync.ConfigureAwait(false);
        return request.PastEvents.Count == 0 ? streamed.Events : [.. request.PastEvents, .. streamed.Events];
    }

    private async Task RunCodeAsync(WorkflowRequest request, WorkflowHistory history, WorkflowResponse response)
    {
        var started = history.Started;
        var name = string.IsNullOrEmpty(started?.Name)
            ? history.LastOf(HistoryEvent.EventTypeOneofCase.WorkflowStarted)?.WorkflowStarted.Version?.Name
            : started.Name;
        if (string.IsNullOrEmpty(name))
        {
            response.Actions.Add(Completion.Failed(Failures.Of(
                "WorkflowNameMissing", $"The history of instance '{request.InstanceId}' does not name its workflow.", isNonRetriable: true)));
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        if (factory.TryCreateWorkflow(new TaskIdentifier(name), scope.ServiceProvider, out var workflow, out var failure))
        {
            Run(workflow, name, request, history, response);
        }
        else
        {
            response.Actions.Add(Completion.Failed(failure is null
                ? Failures.Of("WorkflowNotFound", $"Workflow '{name}' is not registered in this app.", isNonRetriable: true)
                : Failures.Of(
                    failure.GetType().FullName ?? "", $"Workflow '{name}' failed to activate: {failure.Message}", failure.StackTrace, isNonRetriable: true)));
        }
    }

    private void Run(IWorkflow workflow, string name, WorkflowRequest request, WorkflowHistory history, WorkflowResponse response)
    {
        var turn = new WorkflowTurn(workflow, new TurnState(name, request, history, serializer, loggers));
        turn.Run(history.Started?.Input, response);
        if (turn.Divergence is { } divergence)
        {
            Log.Diverged(logger, name, request.InstanceId, divergence.Position, divergence.EventId, divergence.Expected, divergence.Actual);
        }
        else if (turn.ForeignAwait is { } foreign)
        {
            Log.ForeignAwait(logger, foreign);
        }
    }
}
