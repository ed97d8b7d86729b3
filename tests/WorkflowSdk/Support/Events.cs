using Dapr.Protocol;
using Google.Protobuf.WellKnownTypes;

namespace Serverless.WorkflowSdk.Tests.Support;

/// <summary>Events of histories, made by hand.</summary>
internal static class Events
{
    public static readonly DateTime Start = new(2026, 11, 1, 12, 0, 0, DateTimeKind.Utc);

    public static HistoryEvent TurnStarted(double second = 0, params string[] patches)
    {
        var entry = At(second, new HistoryEvent { WorkflowStarted = new WorkflowStartedEvent() });
        if (patches.Length > 0)
        {
            entry.WorkflowStarted.Version = new WorkflowVersion { Name = "W" };
            entry.WorkflowStarted.Version.Patches.AddRange(patches);
        }

        return entry;
    }

    public static HistoryEvent Started(string? input = null, string name = "W", string? appId = null)
    {
        var entry = new HistoryEvent { ExecutionStarted = new ExecutionStartedEvent { Name = name, Input = input } };
        entry.Router = appId is null ? null : new TaskRouter { SourceAppID = appId };
        return At(-1, entry);
    }

    public static HistoryEvent Scheduled(int id, string name, string executionId = "") =>
        At(0, new HistoryEvent { EventId = id, TaskScheduled = new TaskScheduledEvent { Name = name, TaskExecutionId = executionId } }, id);

    public static HistoryEvent Completed(int id, string? result = "", string executionId = "") =>
        At(0, new HistoryEvent { TaskCompleted = new TaskCompletedEvent { TaskScheduledId = id, Result = result, TaskExecutionId = executionId } });

    public static HistoryEvent Failed(int id, string message, string type = "System.Exception", bool isNonRetriable = false) =>
        At(0, new HistoryEvent { TaskFailed = new TaskFailedEvent { TaskScheduledId = id, FailureDetails = Failure(message, type, isNonRetriable) } });

    public static HistoryEvent ChildCreated(int id, string name, string instanceId) =>
        At(0, new HistoryEvent { ChildWorkflowInstanceCreated = new ChildWorkflowInstanceCreatedEvent { Name = name, InstanceId = instanceId } }, id);

    public static HistoryEvent ChildCompleted(int id, string? result = "") =>
        At(0, new HistoryEvent { ChildWorkflowInstanceCompleted = new ChildWorkflowInstanceCompletedEvent { TaskScheduledId = id, Result = result } });

    public static HistoryEvent ChildFailed(int id, string message, string type = "System.Exception") =>
        At(0, new HistoryEvent
        {
            ChildWorkflowInstanceFailed = new ChildWorkflowInstanceFailedEvent { TaskScheduledId = id, FailureDetails = Failure(message, type, false) },
        });

    public static HistoryEvent TimerCreated(int id, DateTime fireAt, string? externalEvent = null)
    {
        var timer = new TimerCreatedEvent { FireAt = Timestamp.FromDateTime(fireAt) };
        if (externalEvent is not null)
        {
            timer.ExternalEvent = new TimerOriginExternalEvent { Name = externalEvent };
        }

        return At(0, new HistoryEvent { TimerCreated = timer }, id);
    }

    public static HistoryEvent TimerFired(int id, DateTime fireAt) =>
        At(0, new HistoryEvent { TimerFired = new TimerFiredEvent { TimerId = id, FireAt = Timestamp.FromDateTime(fireAt) } });

    public static HistoryEvent Raised(string name, string? input = "") =>
        At(0, new HistoryEvent { EventRaised = new EventRaisedEvent { Name = name, Input = input } });

    public static HistoryEvent Sent(int id, string instanceId, string name) =>
        At(0, new HistoryEvent { EventSent = new EventSentEvent { InstanceId = instanceId, Name = name } }, id);

    public static HistoryEvent Suspended() => At(0, new HistoryEvent { ExecutionSuspended = new ExecutionSuspendedEvent() });

    public static HistoryEvent Resumed() => At(0, new HistoryEvent { ExecutionResumed = new ExecutionResumedEvent() });

    public static HistoryEvent Terminated(string? output = null) =>
        At(0, new HistoryEvent { ExecutionTerminated = new ExecutionTerminatedEvent { Input = output, Recurse = true } });

    private static TaskFailureDetails Failure(string message, string type, bool isNonRetriable) =>
        new() { ErrorMessage = message, ErrorType = type, IsNonRetriable = isNonRetriable };

    private static HistoryEvent At(double second, HistoryEvent entry, int id = -1)
    {
        entry.EventId = id;
        entry.Timestamp = Timestamp.FromDateTime(Start.AddSeconds(second));
        return entry;
    }
}
