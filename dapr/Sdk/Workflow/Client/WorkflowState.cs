using Dapr.Common.Serialization;

namespace Dapr.Workflow;

/// <summary>What is known of an instance at one moment.</summary>
public sealed class WorkflowState : IWorkflowState
{
    private readonly Protocol.WorkflowState? state;
    private readonly IDaprSerializer serializer;

    internal WorkflowState(Protocol.WorkflowState? state, IDaprSerializer serializer)
    {
        this.state = state;
        this.serializer = serializer;
    }

    /// <inheritdoc/>
    public string? WorkflowName => state?.Name;

    /// <inheritdoc/>
    public bool Exists => state is not null;

    /// <inheritdoc/>
    public bool IsWorkflowRunning => RuntimeStatus == WorkflowRuntimeStatus.Running;

    /// <inheritdoc/>
    public bool IsWorkflowCompleted =>
        RuntimeStatus is WorkflowRuntimeStatus.Completed or WorkflowRuntimeStatus.Failed or WorkflowRuntimeStatus.Terminated;

    /// <inheritdoc/>
    public DateTimeOffset CreatedAt => state?.CreatedTimestamp?.ToDateTimeOffset() ?? default;

    /// <inheritdoc/>
    public DateTimeOffset LastUpdatedAt => state?.LastUpdatedTimestamp?.ToDateTimeOffset() ?? default;

    /// <inheritdoc/>
    public WorkflowRuntimeStatus RuntimeStatus => state is null ? WorkflowRuntimeStatus.Unknown : (WorkflowRuntimeStatus)state.WorkflowStatus;

    /// <inheritdoc/>
    public WorkflowTaskFailureDetails? FailureDetails => state?.FailureDetails is { } details ? Failures.Read(details) : null;

    /// <inheritdoc/>
    public T? ReadInputAs<T>() => serializer.Deserialize<T>(state?.Input);

    /// <inheritdoc/>
    public T? ReadOutputAs<T>() => serializer.Deserialize<T>(state?.Output);

    /// <inheritdoc/>
    public T? ReadCustomStatusAs<T>() => serializer.Deserialize<T>(state?.CustomStatus);
}
