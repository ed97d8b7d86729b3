using Serverless.Contracts.Results;
using Serverless.Processing.Datasets;

namespace Serverless.Processing.Jobs;

/// <summary>Makes shards of ranges, so that even a huge dataset has about 10,000 of them.</summary>
internal static class ShardPlanner
{
    const long MaxShards = 10_000;

    /// <summary>Rows of a shard: max(batch size, rows / 10,000), rounded up to whole batches.</summary>
    /// <param name="rows">Rows of the dataset.</param>
    /// <param name="batchSize">Rows of a batch.</param>
    public static long RowsPerShard(long rows, int batchSize) => Math.Max(1, (rows + (MaxShards * batchSize) - 1) / (MaxShards * batchSize)) * batchSize;

    /// <summary>
    /// Joins neighbouring ranges (each at most a batch) of one file until a shard has its rows, or the next range would take it past
    /// 16 MB.
    /// </summary>
    /// <param name="ranges">The ranges.</param>
    /// <param name="rowsPerShard">See <see cref="RowsPerShard"/>.</param>
    /// <param name="shards">Shards of the files before.</param>
    /// <param name="firstRow">Rows of the files before.</param>
    public static IEnumerable<ShardRecord> Cut(IReadOnlyList<SourceRange> ranges, long rowsPerShard, int shards = 0, long firstRow = 0)
    {
        for (var i = 0; i < ranges.Count;)
        {
            var shard = ranges[i++];
            while (i < ranges.Count && Continues(shard, ranges[i]) && shard.Rows + ranges[i].Rows <= rowsPerShard && shard.Bytes + ranges[i].Bytes <= Dataset.MaxShardBytes)
            {
                var next = ranges[i++];
                shard = shard with { Length = shard.Length + next.Length, Rows = shard.Rows + next.Rows, Bytes = shard.Bytes + next.Bytes };
            }

            yield return new ShardRecord(shards++, shard.File, shard.Start, shard.Length, shard.Fixed?.FirstRow ?? firstRow, shard.Rows)
            {
                FirstLine = shard.FirstLine,
                Selection = shard.Fixed?.Selection,
            };
            firstRow += shard.Rows;
        }
    }

    static bool Continues(SourceRange range, SourceRange next) => range.Fixed is null && next.Fixed is null && next.Group == range.Group && next.Start == range.Start + range.Length;
}
