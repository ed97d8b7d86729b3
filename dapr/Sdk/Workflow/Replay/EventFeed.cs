using Dapr.Protocol;
using Kind = Dapr.Protocol.HistoryEvent.EventTypeOneofCase;

namespace Dapr.Workflow.Replay;

/// <summary>Tells the code what has happened, one event after the other.</summary>
internal sealed class EventFeed(TurnState turn)
{
    /// <summary>Feeds the whole history; stops where code and history disagree.</summary>
    public void FeedAll()
    {
        Feed(turn.History.Past);
        turn.IsReplaying = false;
        Feed(turn.History.New);
    }

    private void Feed(IReadOnlyList<HistoryEvent> events)
    {
        for (var index = 0; index < events.Count && turn.Divergence is null; index++)
        {
            Apply(events[index]);
        }
    }

    // Events that record what the code has asked for are compared when it asks; the others mean nothing to it.
    private void Apply(HistoryEvent entry)
    {
        switch (entry.EventTypeCase)
        {
            case Kind.WorkflowStarted:
                turn.Clock.MoveTo(entry.Timestamp?.ToDateTime() ?? turn.Clock.Now);
                turn.Patches.TurnStarted(entry.WorkflowStarted);
                break;
            case Kind.TaskCompleted:
                turn.Tasks.Resolve(OpenTaskKind.Activity, entry.TaskCompleted.TaskScheduledId, entry.TaskCompleted.TaskExecutionId, entry);
                break;
            case Kind.TaskFailed:
                turn.Tasks.Resolve(OpenTaskKind.Activity, entry.TaskFailed.TaskScheduledId, entry.TaskFailed.TaskExecutionId, entry);
                break;
            case Kind.ChildWorkflowInstanceCompleted:
                turn.Tasks.Resolve(OpenTaskKind.Child, entry.ChildWorkflowInstanceCompleted.TaskScheduledId, executionId: null, entry);
                break;
            case Kind.ChildWorkflowInstanceFailed:
                turn.Tasks.Resolve(OpenTaskKind.Child, entry.ChildWorkflowInstanceFailed.TaskScheduledId, executionId: null, entry);
                break;
            case Kind.TimerFired:
                turn.Tasks.Resolve(OpenTaskKind.Timer, entry.TimerFired.TimerId, executionId: null, entry);
                break;
            case Kind.EventRaised:
                turn.Events.Raise(entry);
                break;
            default:
                break;
        }
    }
}
