using Serverless.Contracts.Results;
using Serverless.Processing.Datasets;

namespace Serverless.Processing.Jobs;

/// <summary>Makes shards of ranges, so that even a huge dataset has about 10,000 of them.</summary>
internal static class ShardPlanner
{
    const long MaxShards = 10_000;

    /// <summary>
    /// Joins neighbouring ranges (each at most a batch) until a shard has max(batch size, rows / 10,000) rows, rounded up to whole
    /// batches, or the next range would take it past 16 MB.
    /// </summary>
    public static IReadOnlyList<ShardRecord> Cut(IReadOnlyList<SourceRange> ranges, int batchSize)
    {
        var total = ranges.Sum(range => range.Rows);
        var batches = Math.Max(1, (total + (MaxShards * batchSize) - 1) / (MaxShards * batchSize));
        var rowsPerShard = batches * batchSize;
        List<ShardRecord> shards = [];
        long firstRow = 0;
        for (var i = 0; i < ranges.Count;)
        {
            var shard = ranges[i++];
            while (i < ranges.Count && Continues(shard, ranges[i]) && shard.Rows + ranges[i].Rows <= rowsPerShard && shard.Bytes + ranges[i].Bytes <= Dataset.MaxShardBytes)
            {
                var next = ranges[i++];
                shard = shard with { Length = shard.Length + next.Length, Rows = shard.Rows + next.Rows, Bytes = shard.Bytes + next.Bytes };
            }

            shards.Add(new ShardRecord(shards.Count, shard.File, shard.Start, shard.Length, firstRow, shard.Rows) { FirstLine = shard.FirstLine });
            firstRow += shard.Rows;
        }

        return shards;
    }

    static bool Continues(SourceRange range, SourceRange next) =>
        next.File == range.File && next.Group == range.Group && next.Start == range.Start + range.Length;
}
