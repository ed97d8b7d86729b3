using Dapr.Workflow;
using Serverless.Contracts.Specs;
using Serverless.Jobs;
using Serverless.Jobs.Actors;

namespace Serverless.Workflows.Activities;

/// <summary>Which job, and from when its deadline counts.</summary>
public sealed record ClaimInput(JobRef Job, DateTimeOffset SubmittedAt);

/// <summary>What the workflow needs to know of the job.</summary>
public sealed record ClaimResult(string PinnedModelSource, int Files, int MaxAttempts, DateTimeOffset? Deadline, JobStep? Finished);

/// <summary>Lists the input, finds the model's revision, takes the output folder.</summary>
public sealed class ClaimActivity(Step step) : WorkflowActivity<ClaimInput, StepResult<ClaimResult>>
{
    /// <inheritdoc />
    public override Task<StepResult<ClaimResult>> RunAsync(WorkflowActivityContext context, ClaimInput input) => step.RunAsync(input.Job.SpecUri, async (steps, cancellation) =>
    {
        var claim = await steps.ClaimAsync(cancellation);
        var spec = await SpecStore.ReadAsync(input.Job.SpecUri, cancellation);
        return new ClaimResult(
            claim.PinnedModelSource, claim.Files, spec.MaxAttempts, SpecTimes.Deadline(spec, input.SubmittedAt),
            claim.Finished is { } manifest ? FinishActivity.StepOf(manifest) : null);
    });
}
