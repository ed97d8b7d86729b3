using System.Runtime.CompilerServices;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;

namespace Serverless.Processing.Jobs;

/// <summary>The shards of a plan that stands in the output folder. Keeps the pages that were read last.</summary>
internal sealed class PlanPages(OutputFolder output, JobPlan plan)
{
    const int Kept = 4;

    readonly Lock access = new();
    readonly LinkedList<(int Page, IReadOnlyList<ShardRecord> Shards)> pages = new();

    public async ValueTask<ShardRecord> GetAsync(int shard, CancellationToken cancellationToken)
    {
        if (shard < 0 || shard >= plan.Shards)
            throw new JobException(ErrorCodes.OutputCorrupt, $"{output.Uri}: the plan has {plan.Shards} shards, there is no shard {shard}");
        var shards = await PageAsync(shard / JobPlan.ShardsPerPage, cancellationToken);
        return shards[shard % JobPlan.ShardsPerPage];
    }

    public async IAsyncEnumerable<ShardRecord> RangeAsync(int first, int count, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var shard = first; shard < first + count; shard++)
            yield return await GetAsync(shard, cancellationToken);
    }

    async ValueTask<IReadOnlyList<ShardRecord>> PageAsync(int page, CancellationToken cancellationToken)
    {
        lock (access)
        {
            for (var node = pages.First; node is not null; node = node.Next)
            {
                if (node.Value.Page == page)
                    return node.Value.Shards;
            }
        }

        var name = JobPlan.PageName(page);
        var content = await output.ReadAsync<PlanPage>(name, cancellationToken)
            ?? throw new JobException(ErrorCodes.OutputCorrupt, $"{output.Uri}: {name} is missing");
        if (content.Shards.Count != Math.Min(JobPlan.ShardsPerPage, plan.Shards - (page * JobPlan.ShardsPerPage)))
            throw new JobException(ErrorCodes.OutputCorrupt, $"{output.Uri}: {name} has {content.Shards.Count} shards, which does not fit a plan of {plan.Shards}");
        lock (access)
        {
            pages.AddFirst((page, content.Shards));
            if (pages.Count > Kept)
                pages.RemoveLast();
        }

        return content.Shards;
    }
}
