using Dapr.Protocol;

namespace Dapr.Workflow.Propagation;

/// <summary>Reads what a sidecar sends of an ancestor's history. The events come as the bytes that the ancestor's app wrote.</summary>
internal static class PropagatedHistoryReader
{
    /// <summary>The history; null when none was sent.</summary>
    public static PropagatedHistory? Read(Protocol.PropagatedHistory? sent) =>
        sent is null ? null : new PropagatedHistory(sent.Chunks.Select(ReadChunk).ToArray());

    private static PropagatedHistoryEvent ReadChunk(PropagatedHistoryChunk chunk)
    {
        var activities = new Dictionary<int, PropagatedHistoryActivityResult>();
        var children = new Dictionary<int, PropagatedHistoryWorkflowResult>();
        foreach (var bytes in chunk.RawEvents)
        {
            Apply(HistoryEvent.Parser.ParseFrom(bytes), activities, children);
        }

        return new PropagatedHistoryEvent(
            chunk.InstanceId, chunk.AppId, chunk.WorkflowName, InOrder(activities), InOrder(children));
    }

    private static void Apply(
        HistoryEvent entry,
        Dictionary<int, PropagatedHistoryActivityResult> activities,
        Dictionary<int, PropagatedHistoryWorkflowResult> children)
    {
        switch (entry.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.TaskScheduled:
                activities[entry.EventId] = new(entry.TaskScheduled.Name, PropagatedHistoryStatus.Pending, entry.TaskScheduled.Input, null, null);
                break;
            case HistoryEvent.EventTypeOneofCase.TaskCompleted when activities.TryGetValue(entry.TaskCompleted.TaskScheduledId, out var activity):
                activities[entry.TaskCompleted.TaskScheduledId] =
                    activity with { Status = PropagatedHistoryStatus.Completed, Output = entry.TaskCompleted.Result };
                break;
            case HistoryEvent.EventTypeOneofCase.TaskFailed when activities.TryGetValue(entry.TaskFailed.TaskScheduledId, out var activity):
                activities[entry.TaskFailed.TaskScheduledId] =
                    activity with { Status = PropagatedHistoryStatus.Failed, FailureDetails = Failures.Read(entry.TaskFailed.FailureDetails) };
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated:
                children[entry.EventId] = new(entry.ChildWorkflowInstanceCreated.Name, PropagatedHistoryStatus.Pending, null, null);
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted
                when children.TryGetValue(entry.ChildWorkflowInstanceCompleted.TaskScheduledId, out var child):
                children[entry.ChildWorkflowInstanceCompleted.TaskScheduledId] =
                    child with { Status = PropagatedHistoryStatus.Completed, Output = entry.ChildWorkflowInstanceCompleted.Result };
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed
                when children.TryGetValue(entry.ChildWorkflowInstanceFailed.TaskScheduledId, out var child):
                children[entry.ChildWorkflowInstanceFailed.TaskScheduledId] = child with
                {
                    Status = PropagatedHistoryStatus.Failed,
                    FailureDetails = Failures.Read(entry.ChildWorkflowInstanceFailed.FailureDetails),
                };
                break;
            default:
                break;
        }
    }

    private static T[] InOrder<T>(Dictionary<int, T> results) => results.OrderBy(pair => pair.Key).Select(pair => pair.Value).ToArray();
}
