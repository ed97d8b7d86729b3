using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Rows;
using Dapr.Sidecar.Workflows.Turns;

namespace Dapr.Sidecar.Workflows.Instances;

/// <summary>
/// An event that waits for the next turn. A turn may begin with it before it is committed, since a turn has no effects of its own; the
/// turn's answer is written only if the event is there.
/// </summary>
internal sealed class InboxEvent(long position, HistoryEvent historyEvent, int size)
{
    public long Position => position;

    public HistoryEvent Event => historyEvent;

    public int Size => size;

    public bool Committed { get; set; }
}

/// <summary>An execution of a workflow in memory: its history, what waits for the next turn, and what is open. Guarded by the engine's lock.</summary>
internal sealed class Execution(InstanceRow row)
{
    public InstanceRow Row { get; set; } = row;

    public InstanceKey Key => Row.Key;

    /// <summary>The event that started it; null where rows could not be read.</summary>
    public HistoryEvent? Start { get; set; }

    public List<HistoryEvent> History { get; } = [];

    public long HistoryBytes { get; set; }

    public List<InboxEvent> Inbox { get; } = [];

    /// <summary>Scheduled activities without a result, by their ids.</summary>
    public Dictionary<int, HistoryEvent> OpenActivities { get; } = [];

    /// <summary>Timers that have not fired.</summary>
    public Dictionary<int, HistoryEvent> OpenTimers { get; } = [];

    /// <summary>Children that have not ended.</summary>
    public Dictionary<int, HistoryEvent> OpenChildren { get; } = [];

    /// <summary>The patches that the last turn with any was stamped with.</summary>
    public IReadOnlyList<string> Patches { get; set; } = [];

    /// <summary>The time of the last turn: turns never go back in time.</summary>
    public DateTime Clock { get; set; } = DateTime.MinValue;

    /// <summary>The turn that a worker has, or that is being completed.</summary>
    public TurnDispatch? Turn { get; set; }

    /// <summary>Whether the answer to the last turn is on the disk: the next one waits for that.</summary>
    public bool TurnIsWritten { get; set; } = true;

    /// <summary>Waits in the queue of its app.</summary>
    public bool Queued { get; set; }

    /// <summary>The next turn waits a little, so that it takes more events.</summary>
    public bool Delayed { get; set; }

    /// <summary>When the last turn ended (a timestamp of the clock), and how long it took.</summary>
    public (long Ended, TimeSpan Took) LastTurn { get; set; }

    /// <summary>The streams whose workers cannot run this workflow.</summary>
    public HashSet<long> RefusedBy { get; } = [];

    /// <summary>The size of the payload that did not fit, so that it is not tried again.</summary>
    public bool TooLarge { get; set; }

    /// <summary>Not the truth any more: the instance is loaded again, was replaced or deleted.</summary>
    public bool Abandoned { get; set; }

    /// <summary>Whether rows of it could not be read: it stays as it is until it is terminated or purged.</summary>
    public bool IsUnreadable => Row.Stall is { Reason: null };

    /// <summary>Whether nothing can happen to it but from outside.</summary>
    public bool IsIdle => Inbox.Count == 0 && Turn is null && !Queued && OpenActivities.Count == 0;

    /// <summary>Adds an event to the history.</summary>
    public void Append(HistoryEvent historyEvent, int size)
    {
        History.Add(historyEvent);
        HistoryBytes += size;
        if (historyEvent.WorkflowStarted is { } started)
        {
            Clock = historyEvent.Timestamp.ToDateTime();
            Patches = started.Version is { Patches.Count: > 0 } version ? version.Patches : Patches;
        }
    }

    /// <summary>Notes what an event opens or resolves; false for a resolution of something that is not open.</summary>
    public bool Track(HistoryEvent historyEvent) => historyEvent.EventTypeCase switch
    {
        HistoryEvent.EventTypeOneofCase.TaskScheduled => OpenActivities.TryAdd(historyEvent.EventId, historyEvent),
        HistoryEvent.EventTypeOneofCase.TimerCreated => OpenTimers.TryAdd(historyEvent.EventId, historyEvent),
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated => OpenChildren.TryAdd(historyEvent.EventId, historyEvent),
        HistoryEvent.EventTypeOneofCase.TaskCompleted => OpenActivities.Remove(historyEvent.TaskCompleted.TaskScheduledId),
        HistoryEvent.EventTypeOneofCase.TaskFailed => OpenActivities.Remove(historyEvent.TaskFailed.TaskScheduledId),
        HistoryEvent.EventTypeOneofCase.TimerFired => OpenTimers.Remove(historyEvent.TimerFired.TimerId),
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted => OpenChildren.Remove(historyEvent.ChildWorkflowInstanceCompleted.TaskScheduledId),
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed => OpenChildren.Remove(historyEvent.ChildWorkflowInstanceFailed.TaskScheduledId),
        _ => true,
    };
}
