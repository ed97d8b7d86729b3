using Serverless.Contracts.Results;
using Serverless.Storage;

namespace Serverless.Processing.Jobs;

/// <summary>Parts as they become visible: whole, under their shard's name, only if there is none. Whoever loses reads the winner's.</summary>
internal sealed class PartFiles(OutputFolder output, string fingerprint)
{
    /// <summary>Ends the part and makes it visible.</summary>
    /// <returns>What the part that is then there says of itself.</returns>
    public async Task<PartMetadata> PublishAsync(ShardRecord shard, PartBuilder part, string path, CancellationToken cancellationToken)
    {
        Failpoints.Hit("processing.part.before-write");
        var metadata = await part.CompleteAsync(fingerprint, shard, cancellationToken);
        Failpoints.Hit("processing.part.before-link");
        var won = await output.Store.TryCreateFromFileAsync(shard.PartName, path, cancellationToken);
        Failpoints.Hit("processing.part.after-link");
        return won ? metadata : await ReadAsync(shard, cancellationToken);
    }

    /// <summary>Reads a part that is there and checks that it is this shard's.</summary>
    public async Task<PartMetadata> ReadAsync(ShardRecord shard, CancellationToken cancellationToken)
    {
        await using var file = await output.Store.OpenReadAsync(shard.PartName, cancellation: cancellationToken);
        var metadata = await PartMetadata.ReadAsync(file, shard.PartName, cancellationToken);
        metadata.Check(fingerprint, shard);
        return metadata;
    }

    /// <summary>Reads a shard's part; null if there is none.</summary>
    public async Task<PartMetadata?> TryReadAsync(ShardRecord shard, CancellationToken cancellationToken) =>
        await output.ExistsAsync(shard.PartName, cancellationToken) ? await ReadAsync(shard, cancellationToken) : null;
}
