using Dapr.Workflow;

namespace Serverless.Workflows;

/// <summary>How activities are tried again: a storage or a sidecar that is away for minutes does not fail a job.</summary>
internal static class Retry
{
    /// <summary>About a quarter of an hour.</summary>
    public static WorkflowTaskOptions Activity { get; } = new(new WorkflowRetryPolicy(
        maxNumberOfAttempts: 20, firstRetryInterval: TimeSpan.FromSeconds(1), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1)));

    /// <summary>A receiver may be away for hours: about a day.</summary>
    public static WorkflowTaskOptions Notification { get; } = new(new WorkflowRetryPolicy(
        maxNumberOfAttempts: 30, firstRetryInterval: TimeSpan.FromSeconds(2), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromHours(1)));
}
