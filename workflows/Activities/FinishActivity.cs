using Dapr.Workflow;
using Serverless.Contracts.Results;
using Serverless.Contracts.Status;
using Serverless.Jobs.Actors;
using Serverless.Processing.Jobs;
using Serverless.Storage;

namespace Serverless.Workflows.Activities;

/// <summary>How a job ends.</summary>
/// <param name="StoppedAs">cancelled or expired; null if every row is there.</param>
/// <param name="OfferedGroups">Groups that were started.</param>
/// <param name="NotStarted">Shards of the others.</param>
/// <param name="Job">The job.</param>
public sealed record FinishInput(JobStatus? StoppedAs, int OfferedGroups, IReadOnlyList<ShardRange> NotStarted, JobRef? Job = null);

/// <summary>Writes the manifest and says how the job ended.</summary>
public sealed class FinishActivity(Step step) : WorkflowActivity<FinishInput, StepResult<JobStep>>
{
    /// <inheritdoc />
    public override Task<StepResult<JobStep>> RunAsync(WorkflowActivityContext context, FinishInput input) => step.RunAsync(
        input.Job!.SpecUri,
        async (steps, cancellation) =>
        {
            var manifest = await steps.FinishAsync(new JobEnd(input.StoppedAs, input.OfferedGroups, input.NotStarted), cancellation);
            Failpoints.Hit("workflows.job.finished");
            return StepOf(manifest);
        });

    /// <summary>What a manifest says of the job.</summary>
    internal static JobStep StepOf(Manifest manifest) => new()
    {
        Status = manifest.Status,
        RowsTotal = manifest.RowsTotal,
        ShardsTotal = manifest.ShardsTotal,
        Errors = manifest.Errors,
        Final = new JobCounts(manifest.Parts.Count, manifest.Rows, manifest.RowsFailed, manifest.Usage.InputTokens, manifest.Usage.OutputTokens),
    };
}
