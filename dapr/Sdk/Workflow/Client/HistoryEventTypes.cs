using Dapr.Protocol;
using Kind = Dapr.Protocol.HistoryEvent.EventTypeOneofCase;

namespace Dapr.Workflow.Client;

/// <summary>Events of the protocol as clients see them; the names of some are older here than there.</summary>
internal static class HistoryEventTypes
{
    public static WorkflowHistoryEvent Read(HistoryEvent entry) =>
        new(entry.EventId, Of(entry.EventTypeCase), entry.Timestamp?.ToDateTime() ?? DateTime.SpecifyKind(default, DateTimeKind.Utc));

    private static WorkflowHistoryEventType Of(Kind kind) => kind switch
    {
        Kind.ExecutionStarted => WorkflowHistoryEventType.ExecutionStarted,
        Kind.ExecutionCompleted => WorkflowHistoryEventType.ExecutionCompleted,
        Kind.ExecutionTerminated => WorkflowHistoryEventType.ExecutionTerminated,
        Kind.TaskScheduled => WorkflowHistoryEventType.TaskScheduled,
        Kind.TaskCompleted => WorkflowHistoryEventType.TaskCompleted,
        Kind.TaskFailed => WorkflowHistoryEventType.TaskFailed,
        Kind.ChildWorkflowInstanceCreated => WorkflowHistoryEventType.SubOrchestrationInstanceCreated,
        Kind.ChildWorkflowInstanceCompleted => WorkflowHistoryEventType.SubOrchestrationInstanceCompleted,
        Kind.ChildWorkflowInstanceFailed => WorkflowHistoryEventType.SubOrchestrationInstanceFailed,
        Kind.TimerCreated => WorkflowHistoryEventType.TimerCreated,
        Kind.TimerFired => WorkflowHistoryEventType.TimerFired,
        Kind.WorkflowStarted => WorkflowHistoryEventType.OrchestratorStarted,
        Kind.WorkflowCompleted => WorkflowHistoryEventType.OrchestratorCompleted,
        Kind.EventSent => WorkflowHistoryEventType.EventSent,
        Kind.EventRaised => WorkflowHistoryEventType.EventRaised,
        Kind.ContinueAsNew => WorkflowHistoryEventType.ContinueAsNew,
        Kind.ExecutionSuspended => WorkflowHistoryEventType.ExecutionSuspended,
        Kind.ExecutionResumed => WorkflowHistoryEventType.ExecutionResumed,
        Kind.ExecutionStalled => WorkflowHistoryEventType.ExecutionStalled,
        _ => WorkflowHistoryEventType.Unknown,
    };
}
