using System.Buffers;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Serverless.Storage.Blobs.AzureStorage;

/// <summary>
/// A range of one version of a blob, fetched in blocks as it is read. Every block is asked for by the version's ETag, so that a blob that is
/// written anew meanwhile is an error (<see cref="BlobErrorKind.Changed"/>) and never a mixture. For one thread at a time.
/// </summary>
internal sealed class AzureReadStream(BlobClient blob, ETag version, long start, long length) : ReadOnlyStream
{
    private const int BlockSize = 4 << 20;
    private byte[] block = [];
    private long blockStart;
    private int blockLength;

    public override long Length => length;

    public override long Position { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || Position >= Length) return 0;
        if (Position < blockStart || Position >= blockStart + blockLength) await FetchAsync(cancellationToken);
        var from = (int)(Position - blockStart);
        var count = Math.Min(buffer.Length, blockLength - from);
        block.AsMemory(from, count).CopyTo(buffer);
        Position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    protected override void Dispose(bool disposing)
    {
        if (block.Length > 0) ArrayPool<byte>.Shared.Return(block);
        (block, blockLength) = ([], 0);
        base.Dispose(disposing);
    }

    private async ValueTask FetchAsync(CancellationToken cancellationToken)
    {
        var count = (int)Math.Min(BlockSize, Length - Position);
        if (block.Length == 0) block = ArrayPool<byte>.Shared.Rent((int)Math.Min(BlockSize, Length));
        blockLength = 0;
        try
        {
            var options = new BlobDownloadOptions { Range = new HttpRange(start + Position, count), Conditions = new BlobRequestConditions { IfMatch = version } };
            using var answer = (await blob.DownloadStreamingAsync(options, cancellationToken)).Value;
            await answer.Content.ReadExactlyAsync(block.AsMemory(0, count), cancellationToken);
        }
        catch (Exception e) when (AzureErrors.IsOfAzure(e, cancellationToken))
        {
            throw AzureErrors.Translate("read", blob.Uri, e);
        }

        (blockStart, blockLength) = (Position, count);
    }
}
