using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Workers;

namespace Dapr.Sidecar.Workflows.Activities;

/// <summary>Which activity of which execution.</summary>
internal readonly record struct ActivityKey(long ExecutionKey, int TaskId);

/// <summary>An activity that waits for a worker or that one has.</summary>
internal sealed class ActivityDispatch(Execution execution, HistoryEvent scheduled, string targetApp)
{
    /// <summary>The execution that scheduled it; another object after that was loaded again.</summary>
    public Execution Execution { get; set; } = execution;

    /// <summary>The event that scheduled it.</summary>
    public HistoryEvent Scheduled => scheduled;

    public ActivityKey Key { get; } = new(execution.Row.ExecutionKey, scheduled.EventId);

    /// <summary>The app whose workers run it.</summary>
    public string TargetApp => targetApp;

    /// <summary>How it is recognised when it comes back; empty while it waits.</summary>
    public string Token { get; set; } = "";

    /// <summary>The stream it was sent on; null while it waits.</summary>
    public WorkerStream? Stream { get; set; }

    /// <summary>When it was sent.</summary>
    public long SentAt { get; set; }

    /// <summary>Whether its result is still wanted.</summary>
    public bool IsOpen => !Execution.Abandoned && !Execution.Row.IsFinished && Execution.OpenActivities.ContainsKey(scheduled.EventId);

    /// <summary>What the worker is sent.</summary>
    public WorkItem ToWorkItem() => new()
    {
        CompletionToken = Token,
        ActivityRequest = new ActivityRequest
        {
            Name = scheduled.TaskScheduled.Name,
            Version = scheduled.TaskScheduled.Version,
            Input = scheduled.TaskScheduled.Input,
            WorkflowInstance = new WorkflowInstance { InstanceId = Execution.Key.InstanceId, ExecutionId = Execution.Row.ExecutionId },
            TaskId = scheduled.EventId,
            ParentTraceContext = scheduled.TaskScheduled.ParentTraceContext,
            TaskExecutionId = scheduled.TaskScheduled.TaskExecutionId,
        },
    };
}
