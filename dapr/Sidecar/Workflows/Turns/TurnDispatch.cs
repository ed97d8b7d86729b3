using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Workers;

namespace Dapr.Sidecar.Workflows.Turns;

/// <summary>A turn that a worker has: the events it was given, and how it is recognised when it comes back.</summary>
internal sealed class TurnDispatch(Execution execution, string token, IReadOnlyList<InboxEvent> events, HistoryEvent started, bool streamsHistory)
{
    public Execution Execution => execution;

    public string Token => token;

    /// <summary>The events of the inbox that the turn works on.</summary>
    public IReadOnlyList<InboxEvent> Events => events;

    /// <summary>The turn's own WorkflowStarted.</summary>
    public HistoryEvent Started => started;

    /// <summary>The worker asks for the history itself.</summary>
    public bool StreamsHistory => streamsHistory;

    /// <summary>The stream it was sent on.</summary>
    public WorkerStream? Stream { get; set; }

    /// <summary>When it was sent.</summary>
    public long SentAt { get; set; }

    /// <summary>Its answer is being written.</summary>
    public bool Completing { get; set; }

    /// <summary>What the worker is sent; made under the engine's lock, since it holds the history as it is now.</summary>
    public WorkItem ToWorkItem()
    {
        var request = new WorkflowRequest
        {
            InstanceId = execution.Key.InstanceId,
            ExecutionId = execution.Row.ExecutionId,
            RequiresHistoryStreaming = streamsHistory,
            Router = new TaskRouter { SourceAppID = execution.Key.AppId },
        };
        if (!streamsHistory)
        {
            request.PastEvents.AddRange(execution.History);
        }

        request.NewEvents.Add(started);
        request.NewEvents.AddRange(events.Select(waiting => waiting.Event));
        return new WorkItem { CompletionToken = token, WorkflowRequest = request };
    }
}
