using System.Globalization;
using MediatR;
using Serverless.Contracts.Api;
using Serverless.Contracts.Status;
using Serverless.Placement.Pools;
using Serverless.Processing.Jobs;

namespace Serverless.Jobs.Commands;

/// <summary>A job's shards, in their order; null if the tenant has no job of that id.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Id">The job.</param>
/// <param name="Limit">At most so many, 1 to <see cref="MaxLimit"/>.</param>
/// <param name="Cursor">Where the page before ended. Default: the first page.</param>
public sealed record ListShards(string Tenant, string Id, int Limit, string? Cursor = null) : IRequest<ShardPage?>, ITenantCommand
{
    /// <summary>Shards of one page at most.</summary>
    public const int MaxLimit = 100;
}

/// <summary>What the output folder knows of shards that are done, and the pool and the job's actor of those that are not.</summary>
public sealed class ListShardsHandler(JobActors actors) : IRequestHandler<ListShards, ShardPage?>
{
    /// <inheritdoc />
    /// <exception cref="FormatException">The cursor is none.</exception>
    public async Task<ShardPage?> Handle(ListShards query, CancellationToken cancellationToken)
    {
        var first = FirstOf(query.Cursor);
        var job = new JobKey(query.Tenant, query.Id);
        if (await actors.Job(job).GetAsync() is not { State: var state })
        {
            return null;
        }

        // The pool first: a shard that ends in between is done, and not one that nobody has.
        var last = Math.Min(first + query.Limit, state.ShardsTotal);
        var attempts = JobTransitions.IsFinal(state.Status) || state.PoolId is not { } pool || first >= last
            ? new OpenAttempts([], [], [], [])
            : await AttemptsAsync(job, pool, first / JobKey.ShardsPerGroup, (last - 1) / JobKey.ShardsPerGroup);
        using var output = JobOutput.Open(state.Submission.OutputUri);
        var shards = await output.ReadShardsAsync(first, query.Limit, cancellationToken);
        return new ShardPage(
            [.. shards.Select(shard => shard.IsDone ? Done(shard) : attempts.Of(shard, JobTransitions.IsFinal(state.Status)))],
            first + shards.Count < state.ShardsTotal && shards.Count > 0 ? Text(first + shards.Count) : null);
    }

    private async Task<OpenAttempts> AttemptsAsync(JobKey job, string pool, int firstGroup, int lastGroup)
    {
        var groups = await Task.WhenAll(Enumerable.Range(firstGroup, lastGroup - firstGroup + 1)
            .Select(group => actors.Pool(pool).FindAsync(new OfferQuery(job.ToString(), group))));
        var status = await actors.Pool(pool).GetStatusAsync();
        return new OpenAttempts(
            [.. groups.SelectMany(group => group.Queued)], [.. groups.SelectMany(group => group.Leased)], await actors.Job(job).GetProgressAsync(), status.Replicas);
    }

    private static ShardResource Done(OutputShard shard) => new(
        shard.Plan.Shard, "done", shard.Plan.FirstRow, shard.Plan.Rows, shard.Plan.Rows, shard.RowsFailed!.Value, Attempt: null, Worker: null, Since: null, shard.Plan.PartName);

    private static int FirstOf(string? cursor) =>
        cursor is null ? 0
        : int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var shard) && shard <= int.MaxValue - ListShards.MaxLimit ? shard
        : throw new FormatException("cursor: expected the next_cursor of the page before");

    private static string Text(int shard) => shard.ToString(CultureInfo.InvariantCulture);
}
