namespace Dapr.Workflow;

/// <summary>How far a call has come.</summary>
public enum PropagatedHistoryStatus
{
    /// <summary>It has not ended yet.</summary>
    Pending = 0,

    /// <summary>It ended with a result.</summary>
    Completed = 1,

    /// <summary>It ended with an error.</summary>
    Failed = 2,
}

/// <summary>What is shown of an activity's call.</summary>
/// <param name="Name">The activity.</param>
/// <param name="Status">How far it has come.</param>
/// <param name="Input">The input as text.</param>
/// <param name="Output">The result as text. Null when there is none.</param>
/// <param name="FailureDetails">The failure. Null when there is none.</param>
public sealed record PropagatedHistoryActivityResult(
    string Name, PropagatedHistoryStatus Status, string? Input, string? Output, WorkflowTaskFailureDetails? FailureDetails);

/// <summary>What is shown of a child workflow's call.</summary>
/// <param name="Name">The child workflow.</param>
/// <param name="Status">How far it has come.</param>
/// <param name="Output">The result as text. Null when there is none.</param>
/// <param name="FailureDetails">The failure. Null when there is none.</param>
public sealed record PropagatedHistoryWorkflowResult(
    string Name, PropagatedHistoryStatus Status, string? Output, WorkflowTaskFailureDetails? FailureDetails);
