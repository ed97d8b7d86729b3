using Dapr.Workflow;
using Serverless.Jobs.Actors;
using Serverless.Placement.Pools;

namespace Serverless.Workflows.Activities;

/// <summary>A job and its pool.</summary>
public sealed record StopShardsInput(string Key, string PoolId);

/// <summary>Hands out no more shards of the job, and stops those that run.</summary>
public sealed class StopShardsActivity(JobLinks links) : WorkflowActivity<StopShardsInput, bool>
{
    /// <inheritdoc />
    public override async Task<bool> RunAsync(WorkflowActivityContext context, StopShardsInput input)
    {
        await links.Pool(input.PoolId).ControlAsync(new JobControl(input.Key, JobControlKind.Stop));
        return true;
    }
}
