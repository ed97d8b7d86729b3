using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Serverless.Storage.Blobs.AzureStorage;

/// <summary>
/// Blobs of a container of Azure Blob Storage whose names begin with a prefix. Requests are repeated while the service is busy, as long as it
/// asks for. Names are listed in the service's order, which is ordinal save for characters beyond the basic plane.
/// </summary>
/// <param name="account">The storage account.</param>
/// <param name="container">The container; it must exist.</param>
/// <param name="path">What names begin with, such as <c>jobs/1</c>; empty: the container's root.</param>
/// <exception cref="BlobException">Kind AccessDenied: the account is not known.</exception>
public sealed class AzureBlobStore(AzureAccount account, string container, string path) : IBlobStore
{
    /// <summary>Bytes that a blob may have at most: what the service takes in one request, so that it is created at once or not at all.</summary>
    public const long LargestBlob = 5000L << 20;

    /// <summary>Says which call wrote a blob, so that a call whose answer was lost can tell whether it was its own.</summary>
    private const string WrittenBy = "serverless_written_by";

    private static readonly StorageTransferOptions OneRequest = new() { InitialTransferSize = LargestBlob, MaximumTransferSize = LargestBlob, MaximumConcurrency = 1 };

    private readonly BlobContainerClient client = account.Open(container);
    private readonly string prefix = path.Length == 0 ? "" : path.TrimEnd('/') + "/";

    /// <inheritdoc/>
    public async ValueTask<bool> TryCreateAsync(string name, Stream content, CancellationToken cancellation = default)
    {
        var blob = Blob(name);
        // Only of these is it known that their length is what they give.
        if (content is FileStream || content.GetType() == typeof(MemoryStream)) return await CreateAsync(blob, content, cancellation);
        using var scratch = CreateScratch();
        await using (var file = File.Create(scratch.Path)) await content.CopyToAsync(file, cancellation);
        await using var whole = File.OpenRead(scratch.Path);
        return await CreateAsync(blob, whole, cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryCreateFromFileAsync(string name, string file, CancellationToken cancellation = default)
    {
        var blob = Blob(name);
        if (!File.Exists(file)) throw new BlobException(BlobErrorKind.NotFound, $"{file}, to become {blob.Uri}, does not exist.");
        bool created;
        await using (var content = File.OpenRead(file)) created = await CreateAsync(blob, content, cancellation);
        File.Delete(file);
        return created;
    }

    /// <inheritdoc/>
    public async ValueTask ReplaceAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
    {
        var blob = Blob(name);
        await Try("write", blob.Uri, () => blob.UploadAsync(BinaryData.FromBytes(content), new BlobUploadOptions { TransferOptions = OneRequest }, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<Stream> OpenReadAsync(string name, long offset = 0, long? length = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var blob = Blob(name);
        var properties = await PropertiesAsync("read", blob, cancellation);
        var left = Math.Max(0, properties.ContentLength - offset);
        return new AzureReadStream(blob, properties.ETag, offset, Math.Min(length ?? left, left));
    }

    /// <inheritdoc/>
    public async ValueTask<LocalFile> GetLocalFileAsync(string name, CancellationToken cancellation = default)
    {
        var blob = Blob(name);
        var properties = await PropertiesAsync("read", blob, cancellation);
        return await LocalCopies.Shared.GetAsync($"{blob.Uri} {properties.ETag}", properties.ContentLength, () => FetchAsync(blob, properties.ETag), cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<BlobInfo?> GetInfoAsync(string name, CancellationToken cancellation = default)
    {
        var blob = Blob(name);
        return await TryPropertiesAsync(blob, cancellation) is { } found && !IsFolder(found.Metadata)
            ? new BlobInfo(name, found.ContentLength, Text(found.ETag), found.LastModified)
            : null;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobInfo> ListAsync(string prefix = "", [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var options = new GetBlobsOptions { Traits = BlobTraits.Metadata, Prefix = this.prefix + prefix };
        await using var blobs = client.GetBlobsAsync(options, cancellation).GetAsyncEnumerator(cancellation);
        while (await Try("list", client.Uri, () => blobs.MoveNextAsync().AsTask(), cancellation))
        {
            var (blob, found) = (blobs.Current, blobs.Current.Properties);
            if (!IsFolder(blob.Metadata))
                yield return new BlobInfo(blob.Name[this.prefix.Length..], found.ContentLength ?? 0, Text(found.ETag ?? default), found.LastModified ?? default);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(string name, CancellationToken cancellation = default)
    {
        var blob = Blob(name);
        try
        {
            await Try("delete", blob.Uri, () => blob.DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellation), cancellation);
            return true;
        }
        catch (BlobException e) when (e.Kind == BlobErrorKind.NotFound)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public LocalFile CreateScratch() => Scratch.NewFile();

    /// <inheritdoc/>
    public void Dispose()
    {
        // The client holds nothing: connections belong to the process.
    }

    private BlobClient Blob(string name) => client.GetBlobClient(prefix + BlobNames.Check(name));

    /// <summary>Listings give it without quotation marks, single answers with them.</summary>
    private static string Text(ETag etag) => etag.ToString().Trim('"');

    /// <summary>Accounts with folders list them as empty blobs.</summary>
    private static bool IsFolder(IDictionary<string, string>? metadata) => metadata is not null && metadata.TryGetValue("hdi_isfolder", out var folder) && folder == "true";

    private static async ValueTask<bool> CreateAsync(BlobClient blob, Stream content, CancellationToken cancellation)
    {
        if (content.Length - content.Position > LargestBlob)
            throw new BlobException(BlobErrorKind.TooLarge, $"{blob.Uri} would have {content.Length - content.Position:N0} bytes; a blob that is created at once has at most {LargestBlob:N0}. Make the shards smaller (batch_size).");
        var call = Guid.NewGuid().ToString("N");
        var options = new BlobUploadOptions
        {
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
            Metadata = new Dictionary<string, string> { [WrittenBy] = call },
            TransferOptions = OneRequest,
        };
        try
        {
            Failpoints.Hit("storage.blob.before-link");
            await blob.UploadAsync(content, options, cancellation);
            Failpoints.Hit("storage.blob.after-link");
            return true;
        }
        catch (Exception e) when (AzureErrors.IsOfAzure(e, cancellation))
        {
            // "It is there already" may be this call's own work: the answer to an earlier try, or to the last, may have been lost.
            var there = AzureErrors.IsRefusal(e) ? null : await TryPropertiesAsync(blob, cancellation);
            return there is null ? throw AzureErrors.Translate("create", blob.Uri, e) : there.Metadata.TryGetValue(WrittenBy, out var writer) && writer == call;
        }
    }

    private static async Task<LocalFile> FetchAsync(BlobClient blob, ETag version)
    {
        var scratch = Scratch.NewFile();
        try
        {
            var options = new BlobDownloadToOptions { Conditions = new BlobRequestConditions { IfMatch = version } };
            await Try("read", blob.Uri, () => blob.DownloadToAsync(scratch.Path, options, CancellationToken.None), CancellationToken.None);
            return scratch;
        }
        catch
        {
            scratch.Dispose();
            throw;
        }
    }

    private static async ValueTask<BlobProperties?> TryPropertiesAsync(BlobClient blob, CancellationToken cancellation)
    {
        try
        {
            return await PropertiesAsync("look at", blob, cancellation);
        }
        catch (BlobException e) when (e.Kind == BlobErrorKind.NotFound)
        {
            return null;
        }
    }

    private static async ValueTask<BlobProperties> PropertiesAsync(string operation, BlobClient blob, CancellationToken cancellation) =>
        (await Try(operation, blob.Uri, () => blob.GetPropertiesAsync(cancellationToken: cancellation), cancellation)).Value;

    private static async ValueTask<T> Try<T>(string operation, Uri blob, Func<Task<T>> step, CancellationToken cancellation)
    {
        try
        {
            return await step();
        }
        catch (Exception e) when (AzureErrors.IsOfAzure(e, cancellation))
        {
            throw AzureErrors.Translate(operation, blob, e);
        }
    }
}
