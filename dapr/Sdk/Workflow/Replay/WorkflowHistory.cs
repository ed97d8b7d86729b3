using Dapr.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>What has happened to an instance: the events of earlier turns and those that this turn is about.</summary>
internal sealed class WorkflowHistory(IReadOnlyList<HistoryEvent> past, IReadOnlyList<HistoryEvent> recent)
{
    /// <summary>The events of earlier turns.</summary>
    public IReadOnlyList<HistoryEvent> Past => past;

    /// <summary>The events of this turn.</summary>
    public IReadOnlyList<HistoryEvent> New => recent;

    /// <summary>The number of all events.</summary>
    public int Count => past.Count + recent.Count;

    /// <summary>The event at a position; those of this turn follow those of earlier ones.</summary>
    public HistoryEvent this[int position] => position < past.Count ? past[position] : recent[position - past.Count];

    /// <summary>The start of the generation that is running. Null when the history has none.</summary>
    public ExecutionStartedEvent? Started => LastOf(HistoryEvent.EventTypeOneofCase.ExecutionStarted)?.ExecutionStarted;

    /// <summary>The app that runs the instance, as the sidecar names it. Null when it does not.</summary>
    public string? AppId =>
        LastOf(HistoryEvent.EventTypeOneofCase.ExecutionStarted)?.Router is { } router
            ? router.HasTargetAppID && router.TargetAppID.Length > 0 ? router.TargetAppID : router.SourceAppID
            : null;

    /// <summary>The event that terminated the instance. Null when nothing did.</summary>
    public ExecutionTerminatedEvent? Terminated =>
        recent.LastOrDefault(entry => entry.EventTypeCase == HistoryEvent.EventTypeOneofCase.ExecutionTerminated)?.ExecutionTerminated;

    /// <summary>Whether the instance is suspended: what came last of suspending and resuming.</summary>
    public bool IsSuspended
    {
        get
        {
            for (var position = Count - 1; position >= 0; position--)
            {
                switch (this[position].EventTypeCase)
                {
                    case HistoryEvent.EventTypeOneofCase.ExecutionSuspended:
                        return true;
                    case HistoryEvent.EventTypeOneofCase.ExecutionResumed:
                        return false;
                    default:
                        break;
                }
            }

            return false;
        }
    }

    /// <summary>
    /// The time of the code that runs before the first event: of the first past event or, in the first turn, of the turn's start.
    /// </summary>
    public DateTime StartTime
    {
        get
        {
            if (past.Count > 0)
            {
                return past[0].Timestamp?.ToDateTime() ?? DateTime.UnixEpoch;
            }

            var turn = recent.FirstOrDefault(entry => entry.EventTypeCase == HistoryEvent.EventTypeOneofCase.WorkflowStarted);
            return (turn ?? (recent.Count > 0 ? recent[0] : null))?.Timestamp?.ToDateTime() ?? DateTime.UnixEpoch;
        }
    }

    /// <summary>The last event of a kind.</summary>
    public HistoryEvent? LastOf(HistoryEvent.EventTypeOneofCase kind)
    {
        for (var position = Count - 1; position >= 0; position--)
        {
            if (this[position].EventTypeCase == kind)
            {
                return this[position];
            }
        }

        return null;
    }
}
