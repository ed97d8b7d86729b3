using Dapr.Workflow;
using Serverless.Jobs;
using Serverless.Jobs.Actors;
using Serverless.Jobs.Commands;

namespace Serverless.Workflows.Activities;

/// <summary>A job that has ended.</summary>
public sealed record CloseInput(JobRef Job, string? PoolId);

/// <summary>Gives back what a job held: its pool, its place among its tenant's jobs.</summary>
public sealed class CloseActivity(JobLinks links, JobActors actors, JobsOptions options) : WorkflowActivity<CloseInput, bool>
{
    /// <inheritdoc />
    public override async Task<bool> RunAsync(WorkflowActivityContext context, CloseInput input)
    {
        var key = JobKey.Parse(input.Job.Key);
        if (input.PoolId is { } pool)
        {
            await links.Pool(pool).DetachAsync(input.Job.Key);
        }

        if (options.PolicyOf(key.Tenant).MaxJobs is not null)
        {
            await actors.Tenant(key.Tenant).GiveBackAsync(input.Job.Key);
        }

        return true;
    }
}
