using Dapr.Workflow;
using Serverless.Jobs;
using Serverless.Jobs.Actors;
using Serverless.Jobs.Commands;
using Serverless.Placement.Pools;
using Serverless.Storage;

namespace Serverless.Workflows.Activities;

/// <summary>Attempts of a group to offer.</summary>
public sealed record OfferInput(GroupInput Group, IReadOnlyList<ShardTicket> Shards);

/// <summary>A group to fence, and the error of its rows.</summary>
public sealed record FenceInput(GroupInput Group, string ErrorCode);

/// <summary>The shards of a group whose parts are there; the job counts those that nobody reported.</summary>
public sealed class FindDoneActivity(Step step, JobActors jobs) : WorkflowActivity<GroupInput, StepResult<IReadOnlyList<int>>>
{
    /// <inheritdoc />
    public override Task<StepResult<IReadOnlyList<int>>> RunAsync(WorkflowActivityContext context, GroupInput input) => step.RunAsync<IReadOnlyList<int>>(
        input.Job.SpecUri,
        async (steps, cancellation) =>
        {
            var done = await steps.FindDoneAsync(input.First, input.Count, cancellation);
            if (done.Count > 0)
            {
                await jobs.Job(JobKey.Parse(input.Job.Key)).FoundAsync([.. done.Select(part => new FoundShard(part.Shard, part.Rows))]);
            }

            return [.. done.Select(part => part.Shard)];
        });
}

/// <summary>Offers attempts to the pool; those that failed before after a pause with full jitter.</summary>
public sealed class OfferActivity(JobLinks links, TimeProvider time) : WorkflowActivity<OfferInput, StepResult<bool>>
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public override Task<StepResult<bool>> RunAsync(WorkflowActivityContext context, OfferInput input) => Step.GuardAsync(async () =>
    {
        Failpoints.Hit("workflows.group.before-offer");
        foreach (var same in input.Shards.GroupBy(ticket => ticket.Attempt))
        {
            await links.Pool(input.Group.PoolId).OfferAsync(new ShardOffer(input.Group.Job.Key, input.Group.Group, [.. same], NotBefore(same.Key)));
        }

        Failpoints.Hit("workflows.group.offered");
        return true;
    });

    private DateTimeOffset? NotBefore(int attempt)
    {
        if (attempt == 1)
        {
            return null;
        }

        var ceiling = Math.Min(Longest.Ticks, TimeSpan.FromMilliseconds(250).Ticks << Math.Min(attempt, 16));
        return time.GetUtcNow() + TimeSpan.FromTicks(Random.Shared.NextInt64(ceiling));
    }
}

/// <summary>What the pool knows of a group.</summary>
public sealed class FindActivity(JobLinks links) : WorkflowActivity<GroupInput, StepResult<OfferState>>
{
    /// <inheritdoc />
    public override Task<StepResult<OfferState>> RunAsync(WorkflowActivityContext context, GroupInput input) =>
        Step.GuardAsync(() => links.Pool(input.PoolId).FindAsync(new OfferQuery(input.Job.Key, input.Group)));
}

/// <summary>Gives every shard of a stopped group that has no part one of error rows.</summary>
public sealed class FenceActivity(Step step) : WorkflowActivity<FenceInput, StepResult<bool>>
{
    /// <inheritdoc />
    public override Task<StepResult<bool>> RunAsync(WorkflowActivityContext context, FenceInput input) => step.RunAsync(input.Group.Job.SpecUri, async (steps, cancellation) =>
    {
        await steps.FenceAsync(input.Group.First, input.Group.Count, input.ErrorCode, cancellation);
        return true;
    });
}

/// <summary>Measures the parts of a group.</summary>
public sealed class SealActivity(Step step) : WorkflowActivity<GroupInput, StepResult<JobCounts>>
{
    /// <inheritdoc />
    public override Task<StepResult<JobCounts>> RunAsync(WorkflowActivityContext context, GroupInput input) => step.RunAsync(input.Job.SpecUri, async (steps, cancellation) =>
    {
        var group = await steps.SealGroupAsync(input.Group, input.First, input.Count, cancellation);
        Failpoints.Hit("workflows.group.sealed");
        return new JobCounts(input.Count, group.Rows, group.RowsFailed, group.Usage.InputTokens, group.Usage.OutputTokens);
    });
}
