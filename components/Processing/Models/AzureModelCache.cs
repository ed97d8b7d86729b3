using Serverless.Contracts.Errors;
using Serverless.Inference.Loading;
using Serverless.Inference.Loading.Hub;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Models;

/// <summary>
/// Models of Azure Blob Storage on this machine, below the hub's cache: <c>azure/REVISION</c>, a folder that appears when it is whole. Processes that
/// want the same one wait for whoever downloads it; files that arrived before a crash are not fetched again.
/// </summary>
/// <param name="root">The cache. Default: <see cref="HubOptions.CacheFolder"/>, as the environment says.</param>
/// <param name="time">The clock of waits. Default: the system's.</param>
internal sealed class AzureModelCache(string? root = null, TimeProvider? time = null)
{
    private const int FilesAtOnce = 4, BufferSize = 1 << 20;

    private readonly string folder = Path.Combine(root ?? HubOptions.FromEnvironment().CacheFolder, "azure");
    private readonly TimeProvider time = time ?? TimeProvider.System;

    /// <summary>The folder of a model, downloaded first if it is not here.</summary>
    /// <exception cref="JobException">There is no model.</exception>
    /// <exception cref="BlobException">The account does not give it.</exception>
    public async Task<(string Folder, string Revision)> GetAsync(AzureModel model, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        if (model.Pinned is { } pinned && Directory.Exists(FolderOf(pinned)))
            return (FolderOf(pinned), pinned);
        using var store = model.Folder.OpenFolder();
        var listing = await model.ListAsync(store, cancellationToken);
        var whole = FolderOf(listing.Revision);
        if (!Directory.Exists(whole))
        {
            Directory.CreateDirectory(folder);
            await using var ours = await DownloadLock.AcquireAsync($"{whole}.lock", time, cancellationToken);
            if (!Directory.Exists(whole))
            {
                await DownloadAsync(store, listing.Files, $"{whole}.partial", progress, cancellationToken);
                Directory.Move($"{whole}.partial", whole);
            }
        }

        return (whole, listing.Revision);
    }

    private string FolderOf(string revision) => Path.Combine(folder, revision);

    private static async Task DownloadAsync(IBlobStore store, IReadOnlyList<BlobInfo> files, string partial, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(partial);
        var (arrived, total) = (0L, files.Sum(file => file.Size));
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(files, parallel, async (file, token) =>
        {
            var path = Path.Combine(partial, file.Name);
            if (File.Exists(path))
            {
                Report(file.Size);
                return;
            }

            await using (var from = await store.OpenReadAsync(file.Name, cancellation: token))
            await using (var to = File.Create($"{path}.tmp"))
            {
                var buffer = new byte[BufferSize];
                for (int read; (read = await from.ReadAsync(buffer, token)) > 0; Report(read))
                    await to.WriteAsync(buffer.AsMemory(0, read), token);

                // Between the listing and now it may have been written anew: then its name here would lie.
                if (to.Length != file.Size || (await store.GetInfoAsync(file.Name, token))?.ETag != file.ETag)
                    throw new JobException(ErrorCodes.Model, $"model.source: {file.Name} was changed while it was downloaded; run the job again");
            }

            File.Move($"{path}.tmp", path);

            void Report(long bytes) => progress?.Report(new DownloadProgress(file.Name, Interlocked.Add(ref arrived, bytes), total));
        });
    }
}
