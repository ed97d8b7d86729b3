using System.Runtime.CompilerServices;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Validation;

namespace Serverless.Processing.Jobs;

/// <summary>The rows that failed in the output of a job that has ended, and those of the shards that it never started.</summary>
internal sealed class FailedRows
{
    const string Field = "input.failed_rows_of";

    readonly string uri;
    readonly JobPlan plan;
    readonly Dictionary<int, PartRecord> parts;
    readonly IReadOnlyList<ShardRange> notStarted;

    /// <summary>The first shard of each file, and the number of shards: shards follow each other in the order of the files.</summary>
    readonly int[] firsts;

    FailedRows(string uri, JobPlan plan, Manifest manifest, int[] firsts)
    {
        (this.uri, this.plan, this.firsts, notStarted) = (uri, plan, firsts, manifest.NotStarted);
        parts = manifest.Parts.ToDictionary(part => part.Shard);
    }

    /// <summary>The input files of that job.</summary>
    public IReadOnlyList<InputFileRecord> Files => plan.Files;

    /// <exception cref="JobException">There is no job's output, or the job has not ended.</exception>
    public static async Task<FailedRows> OpenAsync(string uri, CancellationToken cancellationToken)
    {
        using var output = JobOutput.Open(uri, Field);
        if (await output.ReadPlanAsync(cancellationToken) is not { } plan)
            throw new JobException(ErrorCodes.InvalidInput, $"{Field}: {uri} is not the output folder of a job");
        if (await output.ReadManifestAsync(cancellationToken) is not { } manifest)
            throw new JobException(ErrorCodes.InvalidInput, $"{Field}: the job that writes {uri} has not ended; wait for it, or run it again to its end");
        var starts = new int[Math.Max(1, plan.Files.Count) + 1];
        await foreach (var shard in output.PagesOf(plan).RangeAsync(0, plan.Shards, cancellationToken))
            starts[shard.File + 1]++;
        for (var file = 1; file < starts.Length; file++)
            starts[file] += starts[file - 1];
        return new FailedRows(uri, plan, manifest, starts);
    }

    /// <summary>What is left of the shards of one input file, in their order.</summary>
    public async IAsyncEnumerable<ShardRecord> ShardsAsync(int file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var output = JobOutput.Open(uri, Field);
        await foreach (var shard in output.PagesOf(plan).RangeAsync(firsts[file], firsts[file + 1] - firsts[file], cancellationToken))
        {
            if (notStarted.Any(range => range.First <= shard.Shard && shard.Shard <= range.Last))
                yield return shard;
            else if (parts.TryGetValue(shard.Shard, out var part) && part.RowsFailed > 0)
                yield return await LeftOfAsync(output, shard, part, cancellationToken);
        }
    }

    static async Task<ShardRecord> LeftOfAsync(JobOutput output, ShardRecord shard, PartRecord part, CancellationToken cancellationToken)
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
