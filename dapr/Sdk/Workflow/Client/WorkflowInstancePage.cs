namespace Dapr.Workflow.Client;

/// <summary>Some of an app's instances.</summary>
/// <param name="InstanceIds">Their ids.</param>
/// <param name="ContinuationToken">What to ask for the next page with. Null when this is the last.</param>
public sealed record WorkflowInstancePage(IReadOnlyList<string> InstanceIds, string? ContinuationToken);
