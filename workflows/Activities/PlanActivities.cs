using Dapr.Workflow;
using Serverless.Contracts.Errors;
using Serverless.Jobs;

namespace Serverless.Workflows.Activities;

/// <summary>Files of a job's input, from <paramref name="First"/> on.</summary>
public sealed record PlanFilesInput(JobRef Job, int First, int Count);

/// <summary>A finished plan.</summary>
public sealed record PlanResult(long Rows, int Shards);

/// <summary>
/// Looks at input files, a few at once, until some seconds have passed: short, and yet a job of ten thousand small files has a short history.
/// Gives the first file that is left.
/// </summary>
public sealed class PlanFilesActivity(Step step, TimeProvider time) : WorkflowActivity<PlanFilesInput, StepResult<int>>
{
    /// <summary>Files in one go: they mostly wait for the disk or the network.</summary>
    private const int AtOnce = 4;

    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    public override Task<StepResult<int>> RunAsync(WorkflowActivityContext context, PlanFilesInput input) => step.RunAsync(input.Job.SpecUri, async (steps, cancellation) =>
    {
        var started = time.GetTimestamp();
        var file = input.First;
        do
        {
            var count = Math.Min(AtOnce, input.Count - file);
            await steps.PlanFilesAsync(file, count, cancellation);
            file += count;
        }
        while (file < input.Count && time.GetElapsedTime(started) < Enough);
        return file;
    });
}

/// <summary>Writes the plan once every file was looked at, unless the tenant's jobs may not have so many rows.</summary>
public sealed class CompletePlanActivity(Step step, JobsOptions jobs) : WorkflowActivity<JobRef, StepResult<PlanResult>>
{
    /// <inheritdoc />
    public override Task<StepResult<PlanResult>> RunAsync(WorkflowActivityContext context, JobRef input) => step.RunAsync(input.SpecUri, async (steps, cancellation) =>
    {
        var plan = await steps.CompletePlanAsync(cancellation);
        if (jobs.PolicyOf(JobKey.Parse(input.Key).Tenant).RowsRefusal(plan.Rows) is { } refusal)
        {
            throw new JobException(ErrorCodes.QuotaExceeded, refusal);
        }

        return new PlanResult(plan.Rows, plan.Shards);
    });
}
