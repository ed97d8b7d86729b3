using System.Security.Cryptography;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Status;
using Serverless.Processing.Output;
using Serverless.Storage;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Jobs;

/// <summary>Closes a job: every shard has its part, rows in are rows out, manifest, <c>_SUCCESS</c>.</summary>
internal sealed class Finalizer(OutputFolder output, TimeProvider time)
{
    /// <param name="record">Whose folder it is.</param>
    /// <param name="plan">What was to be done.</param>
    /// <param name="schema">The parts' schema.</param>
    /// <param name="parts">Every part's own metadata, by shard.</param>
    /// <param name="cancellationToken">Stops it; the next run finishes.</param>
    public async Task<Manifest> FinishAsync(
        JobRecord record, PlannedJob plan, OutputSchema schema, IReadOnlyDictionary<int, PartMetadata> parts, CancellationToken cancellationToken)
    {
        List<PartRecord> records = [];
        foreach (var shard in plan.Shards)
        {
            if (!parts.TryGetValue(shard.Shard, out var part))
                throw new JobException(ErrorCodes.Internal, $"{shard.PartName} is missing although its shard is done");
            var (bytes, sha256) = await MeasureAsync(shard.PartName, cancellationToken);
            records.Add(new PartRecord(shard.PartName, shard.Shard, shard.FirstRow, part.Rows, part.RowsFailed, part.Records, bytes, sha256));
        }

        var rows = records.Sum(part => part.Rows);
        if (rows != plan.Plan.Rows)
            throw new JobException(ErrorCodes.OutputCorrupt, $"{output.Uri}: {plan.Plan.Rows} rows went in and {rows} came out");
        await CheckNoOtherPartsAsync(plan, cancellationToken);

        var failed = records.Sum(part => part.RowsFailed);
        var manifest = new Manifest
        {
            JobId = record.JobId,
            Name = record.Name,
            Fingerprint = record.Fingerprint,
            Status = failed == 0 ? JobStatus.Completed : JobStatus.CompletedWithErrors,
            CreatedAt = record.CreatedAt,
            CompletedAt = time.GetUtcNow(),
            Rows = rows,
            RowsFailed = failed,
            Records = records.Sum(part => part.Records),
            Bytes = records.Sum(part => part.Bytes),
            Usage = parts.Values.Aggregate(Usage.None, (sum, part) => sum.Plus(part.Usage)),
            Errors = ErrorGroup.Merge(parts.Values.SelectMany(part => part.Errors)),
            Schema = SchemaRecords.ToRecords(schema.Table),
            Parts = records,
        };
        Failpoints.Hit("processing.job.before-manifest");
        manifest = await output.CreateOrReadAsync(Manifest.FileName, manifest, cancellationToken);
        Failpoints.Hit("processing.job.before-success");
        await output.Store.TryCreateAsync(Manifest.SuccessFileName, [], cancellationToken);
        return manifest;
    }

    async Task<(long Bytes, string Sha256)> MeasureAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = await output.Store.OpenReadAsync(name, cancellation: cancellationToken);
            return (content.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)));
        }
        catch (BlobException e) when (e.Kind == BlobErrorKind.NotFound)
        {
            throw new JobException(ErrorCodes.OutputCorrupt, $"{output.Uri}: {name} was there and is gone; run the job again to make it anew", e);
        }
    }

    async Task CheckNoOtherPartsAsync(PlannedJob plan, CancellationToken cancellationToken)
    {
        var expected = plan.Shards.Select(shard => shard.PartName).ToHashSet();
        if ((await output.ListPartsAsync(cancellationToken)).FirstOrDefault(name => !expected.Contains(name)) is { } other)
            throw new JobException(ErrorCodes.OutputCorrupt, $"{output.Uri} holds {other}, which is no part of this job; remove it and run the job again");
    }
}
