using Dapr.Workflow;

namespace Serverless.Workflows.Activities;

/// <summary>One file of a job's input.</summary>
public sealed record PlanFileInput(JobRef Job, int File);

/// <summary>A finished plan.</summary>
public sealed record PlanResult(long Rows, int Shards);

/// <summary>Looks at one input file.</summary>
public sealed class PlanFileActivity(Step step) : WorkflowActivity<PlanFileInput, StepResult<bool>>
{
    /// <inheritdoc />
    public override Task<StepResult<bool>> RunAsync(WorkflowActivityContext context, PlanFileInput input) => step.RunAsync(input.Job.SpecUri, async (steps, cancellation) =>
    {
        await steps.PlanFileAsync(input.File, cancellation);
        return true;
    });
}

/// <summary>Writes the plan once every file was looked at.</summary>
public sealed class CompletePlanActivity(Step step) : WorkflowActivity<JobRef, StepResult<PlanResult>>
{
    /// <inheritdoc />
    public override Task<StepResult<PlanResult>> RunAsync(WorkflowActivityContext context, JobRef input) => step.RunAsync(input.SpecUri, async (steps, cancellation) =>
    {
        var plan = await steps.CompletePlanAsync(cancellation);
        return new PlanResult(plan.Rows, plan.Shards);
    });
}
