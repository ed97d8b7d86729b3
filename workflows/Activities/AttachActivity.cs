using System.Diagnostics;
using Dapr.Workflow;
using Serverless.Jobs;
using Serverless.Jobs.Actors;
using Serverless.Placement.Pools;

namespace Serverless.Workflows.Activities;

/// <summary>A planned job, its model's exact content, its age.</summary>
public sealed record AttachInput(JobRef Job, string PinnedModelSource, DateTimeOffset SubmittedAt);

/// <summary>Attaches the job to the pool of its engine and gives the pool's id.</summary>
public sealed class AttachActivity(JobLinks links) : WorkflowActivity<AttachInput, StepResult<string>>
{
    /// <inheritdoc />
    public override Task<StepResult<string>> RunAsync(WorkflowActivityContext context, AttachInput input) => Step.GuardAsync(async () =>
    {
        var spec = await SpecStore.ReadAsync(input.Job.SpecUri, CancellationToken.None);
        var engine = new EngineSpec(
            spec.Model with { Source = input.PinnedModelSource }, spec.Placement with { Timeout = null, Dedicated = false }, spec.Placement.Dedicated ? input.Job.Key : null);
        await links.Pool(engine.PoolId).AttachAsync(new JobAttachment(
            input.Job.Key, JobKey.Parse(input.Job.Key).Tenant, spec.Priority, input.SubmittedAt, engine, spec.Concurrency.Min, spec.Concurrency.Max, spec.MaxConcurrentBatches,
            input.Job.SpecUri, Activity.Current?.Id));
        return engine.PoolId;
    });
}
