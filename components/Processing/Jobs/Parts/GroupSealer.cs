using System.Security.Cryptography;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Jobs;

/// <summary>Reads what the parts of some shards say of themselves, and measures their files. A visible part is final, so this can be repeated.</summary>
internal sealed class GroupSealer(OutputFolder output, string fingerprint)
{
    const int AtOnce = 8;

    /// <param name="shards">The shards.</param>
    /// <param name="known">Metadata of parts that were read before, by shard; null where it was not.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<GroupRecord> SealAsync(IReadOnlyList<ShardRecord> shards, Func<int, PartMetadata?>? known, CancellationToken cancellationToken)
    {
        var files = new PartFiles(output, fingerprint);
        var parts = new (PartRecord Record, PartMetadata Metadata)[shards.Count];
        var limits = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, shards.Count, limits, async (i, token) =>
        {
            var shard = shards[i];
            var part = known?.Invoke(shard.Shard)
                ?? await files.TryReadAsync(shard, token)
                ?? throw new JobException(ErrorCodes.Internal, $"{shard.PartName} is missing although its shard is done");
            var (bytes, sha256) = await MeasureAsync(shard.PartName, token);
            parts[i] = (new PartRecord(shard.PartName, shard.Shard, shard.FirstRow, part.Rows, part.RowsFailed, part.Records, bytes, sha256), part);
        });
        return new GroupRecord(
            shards[0].Shard,
            [.. parts.Select(part => part.Record)],
            parts.Aggregate(Usage.None, (sum, part) => sum.Plus(part.Metadata.Usage)),
            ErrorGroup.Merge(parts.SelectMany(part => part.Metadata.Errors)));
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
}
