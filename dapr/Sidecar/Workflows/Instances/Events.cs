using Dapr.Protocol;
using Google.Protobuf.WellKnownTypes;

namespace Dapr.Sidecar.Workflows.Instances;

/// <summary>Makes the events that the engine itself adds to histories.</summary>
internal static class Events
{
    /// <summary>The id of an event that records no action.</summary>
    private const int NoAction = -1;

    public static HistoryEvent WorkflowStarted(DateTime at) => At(at, new HistoryEvent { WorkflowStarted = new WorkflowStartedEvent() });

    public static HistoryEvent Raised(DateTime at, string name, string? input) =>
        At(at, new HistoryEvent { EventRaised = new EventRaisedEvent { Name = name, Input = input } });

    public static HistoryEvent Suspended(DateTime at, string? reason) =>
        At(at, new HistoryEvent { ExecutionSuspended = new ExecutionSuspendedEvent { Input = reason } });

    public static HistoryEvent Resumed(DateTime at, string? reason) =>
        At(at, new HistoryEvent { ExecutionResumed = new ExecutionResumedEvent { Input = reason } });

    public static HistoryEvent Terminated(DateTime at, string? output, bool recurse) =>
        At(at, new HistoryEvent { ExecutionTerminated = new ExecutionTerminatedEvent { Input = output, Recurse = recurse } });

    public static HistoryEvent Completed(DateTime at, OrchestrationStatus status, string? result, TaskFailureDetails? failure, int id = NoAction) =>
        At(at, new HistoryEvent { ExecutionCompleted = new ExecutionCompletedEvent { WorkflowStatus = status, Result = result, FailureDetails = failure } }, id);

    public static HistoryEvent TaskCompleted(DateTime at, int taskId, string taskExecutionId, string? result) =>
        At(at, new HistoryEvent { TaskCompleted = new TaskCompletedEvent { TaskScheduledId = taskId, TaskExecutionId = taskExecutionId, Result = result } });

    public static HistoryEvent TaskFailed(DateTime at, int taskId, string taskExecutionId, TaskFailureDetails failure) =>
        At(at, new HistoryEvent { TaskFailed = new TaskFailedEvent { TaskScheduledId = taskId, TaskExecutionId = taskExecutionId, FailureDetails = failure } });

    public static HistoryEvent TimerFired(DateTime at, int timerId, Timestamp fireAt) =>
        At(at, new HistoryEvent { TimerFired = new TimerFiredEvent { TimerId = timerId, FireAt = fireAt } });

    public static HistoryEvent ChildFailed(DateTime at, int taskId, TaskFailureDetails failure) =>
        At(at, new HistoryEvent { ChildWorkflowInstanceFailed = new ChildWorkflowInstanceFailedEvent { TaskScheduledId = taskId, FailureDetails = failure } });

    public static HistoryEvent Stalled(DateTime at, StalledReason reason, string description) =>
        At(at, new HistoryEvent { ExecutionStalled = new ExecutionStalledEvent { Reason = reason, Description = description } });

    /// <summary>What the parent of a child that ended is told: anything but COMPLETED is a failure.</summary>
    public static HistoryEvent ChildEnded(DateTime at, int taskId, ExecutionCompletedEvent end) =>
        end.WorkflowStatus == OrchestrationStatus.Completed
            ? At(at, new HistoryEvent { ChildWorkflowInstanceCompleted = new ChildWorkflowInstanceCompletedEvent { TaskScheduledId = taskId, Result = end.Result } })
            : ChildFailed(at, taskId, end.FailureDetails ?? Failure(
                end.WorkflowStatus == OrchestrationStatus.Terminated ? "WorkflowTerminated" : "WorkflowFailed",
                $"The child workflow ended as {end.WorkflowStatus.ToString().ToUpperInvariant()}."));

    public static TaskFailureDetails Failure(string type, string message, bool retriable = false) =>
        new() { ErrorType = type, ErrorMessage = message, IsNonRetriable = !retriable };

    public static HistoryEvent At(DateTime at, HistoryEvent historyEvent, int id = NoAction)
    {
        historyEvent.EventId = id;
        historyEvent.Timestamp = Timestamp.FromDateTime(at);
        return historyEvent;
    }
}
