using System.Runtime.CompilerServices;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Validation;

namespace Serverless.Processing.Jobs;

/// <summary>The rows that failed in the output of a job that has ended, and those of the shards that it never started.</summary>
internal sealed class FailedRows : IDisposable
{
    readonly JobOutput output;
    readonly PlanPages pages;
    readonly JobPlan plan;
    readonly Dictionary<int, PartRecord> parts;
    readonly IReadOnlyList<ShardRange> notStarted;

    FailedRows(JobOutput output, JobPlan plan, Manifest manifest)
    {
        (this.output, this.plan, notStarted) = (output, plan, manifest.NotStarted);
        pages = output.PagesOf(plan);
        parts = manifest.Parts.ToDictionary(part => part.Shard);
    }

    /// <summary>The input files of that job.</summary>
    public IReadOnlyList<InputFileRecord> Files => plan.Files;

    /// <exception cref="JobException">There is no job's output, or the job has not ended.</exception>
    public static async Task<FailedRows> OpenAsync(string uri, CancellationToken cancellationToken)
    {
        var opened = JobOutput.Open(uri, "input.failed_rows_of");
        try
        {
            var planned = await opened.ReadPlanAsync(cancellationToken);
            var manifest = await opened.ReadManifestAsync(cancellationToken);
            return planned is not null && manifest is not null
                ? new FailedRows(opened, planned, manifest)
                : throw new JobException(ErrorCodes.InvalidInput, planned is null
                    ? $"input.failed_rows_of: {uri} is not the output folder of a job"
                    : $"input.failed_rows_of: the job that writes {uri} has not ended; wait for it, or run it again to its end");
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>What is left of the shards of one input file, in their order.</summary>
    public async IAsyncEnumerable<ShardRecord> ShardsAsync(int file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var shard in pages.RangeAsync(0, plan.Shards, cancellationToken))
        {
            if (shard.File != file)
                continue;
            if (notStarted.Any(range => range.First <= shard.Shard && shard.Shard <= range.Last))
                yield return shard;
            else if (parts.TryGetValue(shard.Shard, out var part) && part.RowsFailed > 0)
                yield return await LeftOfAsync(shard, part, cancellationToken);
        }
    }

    public void Dispose() => output.Dispose();

    async Task<ShardRecord> LeftOfAsync(ShardRecord shard, PartRecord part, CancellationToken cancellationToken)
    {
        SortedSet<long> positions = [];
        await foreach (var row in output.ReadPartAsync(part.Name, cancellationToken))
        {
            if (row[OutputColumns.Error] is not null)
                positions.Add((long)row[OutputColumns.RowIndex]! - shard.FirstRow);
        }

        return positions.Count == shard.Rows
            ? shard
            : shard with { Rows = positions.Count, Selection = new RowSelection(shard.Selection?.Of ?? shard.Rows, [.. positions]) };
    }
}
