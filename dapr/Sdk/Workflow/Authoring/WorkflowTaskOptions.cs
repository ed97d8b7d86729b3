namespace Dapr.Workflow;

/// <summary>How an activity is called.</summary>
/// <param name="RetryPolicy">What happens when it fails. Default: null, the failure goes to the caller.</param>
/// <param name="TargetAppId">The app that runs it. Default: null, this one.</param>
/// <param name="PropagationScope">What it is shown of the caller's history. Default: nothing.</param>
public record WorkflowTaskOptions(
    WorkflowRetryPolicy? RetryPolicy = null,
    string? TargetAppId = null,
    HistoryPropagationScope PropagationScope = HistoryPropagationScope.None)
{
    /// <summary>The same options with another scope of propagation.</summary>
    public WorkflowTaskOptions WithHistoryPropagation(HistoryPropagationScope scope) => this with { PropagationScope = scope };
}

/// <summary>How a child workflow is called.</summary>
/// <param name="InstanceId">The child's id. Default: null, an id that the parent's history determines.</param>
/// <param name="RetryPolicy">What happens when it fails. Default: null, the failure goes to the caller.</param>
/// <param name="TargetAppId">The app that runs it. Default: null, this one.</param>
/// <param name="PropagationScope">What it is shown of the caller's history. Default: nothing.</param>
public record ChildWorkflowTaskOptions(
    string? InstanceId = null,
    WorkflowRetryPolicy? RetryPolicy = null,
    string? TargetAppId = null,
    HistoryPropagationScope PropagationScope = HistoryPropagationScope.None)
    : WorkflowTaskOptions(RetryPolicy, TargetAppId, PropagationScope)
{
    /// <summary>The same options with another scope of propagation.</summary>
    public new ChildWorkflowTaskOptions WithHistoryPropagation(HistoryPropagationScope scope) => this with { PropagationScope = scope };
}
