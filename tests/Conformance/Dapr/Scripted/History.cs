using Dapr.Protocol;
using Google.Protobuf.WellKnownTypes;

namespace Serverless.Conformance.Tests.Dapr.Scripted;

/// <summary>Writes the events of a workflow's history.</summary>
internal static class History
{
    /// <summary>When every written history begins.</summary>
    public static DateTime Start { get; } = new(2026, 5, 4, 3, 2, 1, DateTimeKind.Utc);

    /// <summary>The beginning of a turn, so many seconds after the first.</summary>
    public static HistoryEvent Turn(int seconds = 0, params string[] patches)
    {
        var started = new WorkflowStartedEvent();
        if (patches.Length > 0)
        {
            started.Version = new WorkflowVersion { Patches = { patches } };
        }

        return Event(seconds, -1, item => item.WorkflowStarted = started);
    }

    public static HistoryEvent Started(string workflow, string input = "", string id = "i") => Event(0, -1, item => item.ExecutionStarted = new ExecutionStartedEvent
    {
        Name = workflow,
        Input = input,
        WorkflowInstance = new WorkflowInstance { InstanceId = id },
    });

    public static HistoryEvent Scheduled(int id, string activity, string input = "") =>
        Event(0, id, item => item.TaskScheduled = new TaskScheduledEvent { Name = activity, Input = input });

    public static HistoryEvent Completed(int id, string result, int seconds = 0, string executionId = "") =>
        Event(seconds, -1, item => item.TaskCompleted = new TaskCompletedEvent { TaskScheduledId = id, Result = result, TaskExecutionId = executionId });

    public static HistoryEvent Failed(int id, string message, int seconds = 0) => Event(seconds, -1, item => item.TaskFailed = new TaskFailedEvent
    {
        TaskScheduledId = id,
        FailureDetails = new TaskFailureDetails { ErrorType = "System.InvalidOperationException", ErrorMessage = message },
    });

    public static HistoryEvent TimerCreated(int id, DateTime fireAt) =>
        Event(0, id, item => item.TimerCreated = new TimerCreatedEvent { FireAt = Timestamp.FromDateTime(fireAt) });

    public static HistoryEvent TimerFired(int id, DateTime fireAt, int seconds = 0) =>
        Event(seconds, -1, item => item.TimerFired = new TimerFiredEvent { TimerId = id, FireAt = Timestamp.FromDateTime(fireAt) });

    public static HistoryEvent Raised(string name, string input) => Event(0, -1, item => item.EventRaised = new EventRaisedEvent { Name = name, Input = input });

    private static HistoryEvent Event(int seconds, int id, Action<HistoryEvent> fill)
    {
        var item = new HistoryEvent { EventId = id, Timestamp = Timestamp.FromDateTime(Start.AddSeconds(seconds)) };
        fill(item);
        return item;
    }
}
