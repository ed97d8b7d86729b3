using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows;

/// <summary>Why a call about a workflow was refused.</summary>
internal enum WorkflowError
{
    /// <summary>The request itself is wrong.</summary>
    Invalid,

    /// <summary>There is no such instance.</summary>
    NotFound,

    /// <summary>The id is in use.</summary>
    InUse,

    /// <summary>The instance is in a state in which this cannot be done.</summary>
    WrongState,
}

/// <summary>A call about a workflow was refused; the texts are those of daprd, which clients match on.</summary>
internal sealed class WorkflowException(WorkflowError error, string message) : Exception(message)
{
    public WorkflowError Error { get; } = error;

    public static WorkflowException NotFound(InstanceKey key) =>
        new(WorkflowError.NotFound, $"no such instance exists: {key.InstanceId}");

    public static WorkflowException InUse(InstanceKey key) =>
        new(WorkflowError.InUse, $"an active workflow with ID '{key.InstanceId}' already exists");
}
