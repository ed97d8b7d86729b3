using Dapr.Workflow;

namespace Serverless.Conformance.App.Control;

/// <summary>Makes a retry policy, to see which arguments it takes.</summary>
internal static class RetryPolicyRoutes
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/retry-policies", (PolicyArguments arguments) =>
    {
        var policy = new WorkflowRetryPolicy(
            arguments.Attempts,
            TimeSpan.FromSeconds(arguments.First),
            arguments.Coefficient,
            arguments.Max is { } max ? TimeSpan.FromSeconds(max) : null,
            arguments.Timeout is { } timeout ? TimeSpan.FromSeconds(timeout) : null);
        return new PolicyAnswer(
            policy.MaxNumberOfAttempts, policy.FirstRetryInterval.TotalSeconds, policy.BackoffCoefficient, policy.MaxRetryInterval?.TotalSeconds,
            policy.RetryTimeout == Timeout.InfiniteTimeSpan ? null : policy.RetryTimeout.TotalSeconds);
    });

    private sealed record PolicyArguments(int Attempts, double First, double Coefficient = 1, double? Max = null, double? Timeout = null);

    private sealed record PolicyAnswer(int Attempts, double First, double Coefficient, double? Max, double? Timeout);
}
