using System.Collections;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Status;
using Serverless.Storage;

namespace Serverless.Processing.Jobs;

/// <summary>Closes a job: every shard has its part or is said not to have been started, rows in are rows out, manifest, <c>_SUCCESS</c>.</summary>
internal sealed class Finalizer(OutputFolder output, TimeProvider time)
{
    /// <param name="record">Whose folder it is.</param>
    /// <param name="plan">What was to be done.</param>
    /// <param name="schema">The parts' columns.</param>
    /// <param name="groups">The parts, measured, in their order.</param>
    /// <param name="end">How the job ends.</param>
    /// <param name="cancellationToken">Stops it; the next run finishes.</param>
    public async Task<Manifest> FinishAsync(
        JobRecord record, JobPlan plan, IReadOnlyList<ColumnRecord> schema, IAsyncEnumerable<GroupRecord> groups, JobEnd end, CancellationToken cancellationToken)
    {
        var usage = Usage.None;
        IReadOnlyList<ErrorGroup> errors = [];
        List<PartRecord> parts = [];
        var seen = new BitArray(plan.Shards);
        await foreach (var group in groups)
        {
            foreach (var part in group.Parts)
            {
                Mark(seen, part.Shard);
                parts.Add(part);
            }

            usage = usage.Plus(group.Usage);
            errors = ErrorGroup.Merge(errors.Concat(group.Errors));
        }

        var rows = parts.Sum(part => part.Rows);
        var notStarted = await NotStartedRowsAsync(plan, end, seen, cancellationToken);
        for (var shard = 0; shard < plan.Shards; shard++)
        {
            if (!seen[shard])
                throw new JobException(ErrorCodes.Internal, $"shard {shard} has no part although its job is done");
        }

        if (rows + notStarted != plan.Rows)
            throw new JobException(ErrorCodes.OutputCorrupt, $"{output.Uri}: {plan.Rows} rows went in and {rows} came out{(notStarted == 0 ? "" : $" ({notStarted} were not started)")}");
        await CheckPartsAsync(parts, cancellationToken);

        var failed = parts.Sum(part => part.RowsFailed);
        var manifest = new Manifest
        {
            JobId = record.JobId,
            Name = record.Name,
            Fingerprint = record.Fingerprint,
            Status = end.StoppedAs ?? (failed == 0 ? JobStatus.Completed : JobStatus.CompletedWithErrors),
            CreatedAt = record.CreatedAt,
            CompletedAt = time.GetUtcNow(),
            Rows = rows,
            RowsNotStarted = notStarted,
            RowsFailed = failed,
            Records = parts.Sum(part => part.Records),
            Bytes = parts.Sum(part => part.Bytes),
            Usage = usage,
            Errors = errors,
            Schema = schema,
            Parts = parts,
            NotStarted = end.NotStarted,
        };
        Failpoints.Hit("processing.job.before-manifest");
        manifest = await output.CreateOrReadAsync(Manifest.FileName, manifest, cancellationToken);
        await MarkAsync(manifest, cancellationToken);
        return manifest;
    }

    /// <summary>The mark of success, which only a folder with all rows has.</summary>
    public async Task MarkAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        Failpoints.Hit("processing.job.before-success");
        if (JobTransitions.HasAllRows(manifest.Status))
            await output.Store.TryCreateAsync(Manifest.SuccessFileName, new MemoryStream([], writable: false), cancellationToken);
    }

    async Task<long> NotStartedRowsAsync(JobPlan plan, JobEnd end, BitArray seen, CancellationToken cancellationToken)
    {
        var pages = new PlanPages(output, plan);
        long rows = 0;
        foreach (var range in end.NotStarted)
        {
            await foreach (var shard in pages.RangeAsync(range.First, range.Last - range.First + 1, cancellationToken))
            {
                Mark(seen, shard.Shard);
                rows += shard.Rows;
            }
        }

        return rows;
    }

    static void Mark(BitArray seen, int shard)
    {
        if (shard >= seen.Count || seen[shard])
            throw new JobException(ErrorCodes.Internal, $"shard {shard} stands twice among the groups and the ranges that were not started, or is not in the plan");
        seen[shard] = true;
    }

    /// <summary>The folder holds the parts that were measured, and no others.</summary>
    async Task CheckPartsAsync(IReadOnlyList<PartRecord> parts, CancellationToken cancellationToken)
    {
        var missing = parts.ToDictionary(part => part.Name, part => part.Bytes);
        await foreach (var blob in output.ListPartsAsync(cancellationToken))
        {
            if (!missing.Remove(blob.Name, out var bytes))
                throw new JobException(ErrorCodes.OutputCorrupt, $"{output.Uri} holds {blob.Name}, which is no part of this job; remove it and run the job again");
            if (bytes != blob.Size)
                throw new JobException(ErrorCodes.OutputCorrupt, $"{output.Uri}: {blob.Name} had {bytes} bytes and has {blob.Size}; remove it and run the job again to make it anew");
        }

        foreach (var name in missing.Keys)
            throw new JobException(ErrorCodes.OutputCorrupt, $"{output.Uri}: {name} was there and is gone; run the job again to make it anew");
    }
}
