using Dapr.Protocol;
using Kind = Dapr.Protocol.HistoryEvent.EventTypeOneofCase;

namespace Dapr.Workflow.Replay;

/// <summary>The first place where the code does something else than what the history recorded.</summary>
/// <param name="Position">The event's position in the history, from 0.</param>
/// <param name="EventId">The id of the action that the event recorded.</param>
/// <param name="Expected">What the history recorded.</param>
/// <param name="Actual">What the code does.</param>
internal sealed record Divergence(int Position, int EventId, string Expected, string Actual)
{
    /// <summary>What an event recorded, in words.</summary>
    public static string Describe(HistoryEvent entry) => entry.EventTypeCase switch
    {
        Kind.TaskScheduled => $"activity '{entry.TaskScheduled.Name}'",
        Kind.ChildWorkflowInstanceCreated => $"child workflow '{entry.ChildWorkflowInstanceCreated.Name}'",
        Kind.TimerCreated when entry.TimerCreated.OriginCase == TimerCreatedEvent.OriginOneofCase.ExternalEvent =>
            $"timer of the wait for event '{entry.TimerCreated.ExternalEvent.Name}'",
        Kind.TimerCreated => "timer",
        Kind.EventSent => $"event '{entry.EventSent.Name}' to instance '{entry.EventSent.InstanceId}'",
        _ => entry.EventTypeCase.ToString(),
    };
}
