using Dapr.Common.Serialization;

namespace Dapr.Workflow;

/// <summary>What is known of an instance at one moment.</summary>
public sealed class WorkflowState
{
    private readonly Protocol.WorkflowState? state;
    private readonly IDaprSerializer serializer;

    internal WorkflowState(Protocol.WorkflowState? state, IDaprSerializer serializer)
    {
        this.state = state;
        this.serializer = serializer;
    }

    /// <summary>The name of the workflow. Null when there is no such instance.</summary>
    public string? WorkflowName => state?.Name;

    /// <summary>Whether there is such an instance.</summary>
    public bool Exists => state is not null;

    /// <summary>Whether it runs.</summary>
    public bool IsWorkflowRunning => RuntimeStatus == WorkflowRuntimeStatus.Running;

    /// <summary>Whether it has ended, in whichever way.</summary>
    public bool IsWorkflowCompleted =>
        RuntimeStatus is WorkflowRuntimeStatus.Completed or WorkflowRuntimeStatus.Failed or WorkflowRuntimeStatus.Terminated;

    /// <summary>When it was created. The beginning of time when there is no such instance.</summary>
    public DateTimeOffset CreatedAt => state?.CreatedTimestamp?.ToDateTimeOffset() ?? default;

    /// <summary>When it last changed. The beginning of time when there is no such instance.</summary>
    public DateTimeOffset LastUpdatedAt => state?.LastUpdatedTimestamp?.ToDateTimeOffset() ?? default;

    /// <summary>What it does. Unknown when there is no such instance.</summary>
    public WorkflowRuntimeStatus RuntimeStatus => state is null ? WorkflowRuntimeStatus.Unknown : (WorkflowRuntimeStatus)state.WorkflowStatus;

    /// <summary>Why it failed. Null when it did not.</summary>
    public WorkflowTaskFailureDetails? FailureDetails => state?.FailureDetails is { } details ? Failures.Read(details) : null;

    /// <summary>The input. The type's default when there is none or it was not asked for.</summary>
    public T? ReadInputAs<T>() => serializer.Deserialize<T>(state?.Input);

    /// <summary>The result. The type's default when there is none or it was not asked for.</summary>
    public T? ReadOutputAs<T>() => serializer.Deserialize<T>(state?.Output);

    /// <summary>The custom status. The type's default when there is none or it was not asked for.</summary>
    public T? ReadCustomStatusAs<T>() => serializer.Deserialize<T>(state?.CustomStatus);
}
