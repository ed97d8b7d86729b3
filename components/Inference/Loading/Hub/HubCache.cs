namespace Serverless.Inference.Loading.Hub;

/// <summary>
/// The cache folder of one model, laid out as Hugging Face's tools do, so that they and this share it: contents under
/// <c>blobs/ETAG</c>, for each commit a folder <c>snapshots/COMMIT</c> of links to them, and <c>refs/REVISION</c> with the commit that a
/// branch pointed to last. A file appears under its name only when it is whole.
/// </summary>
internal sealed class HubCache
{
    private readonly string root;
    private readonly string locks;

    public HubCache(string cacheFolder, HubReference model)
    {
        string name = "models--" + model.Repository.Replace("/", "--", StringComparison.Ordinal);
        root = Path.Combine(cacheFolder, name);
        locks = Path.Combine(cacheFolder, ".locks", name);
    }

    public string Snapshot(string commit) => Path.Combine(root, "snapshots", commit);

    public string Blob(HubFile file) => Path.Combine(root, "blobs", file.ETag);

    /// <summary>Where a file grows until it is whole; kept when a download breaks off.</summary>
    public string Partial(HubFile file) => Blob(file) + ".incomplete";

    /// <summary>The commit that the revision meant last; null if that is not known.</summary>
    public string? KnownCommit(HubReference model)
    {
        if (model.IsCommit) return model.Revision;
        string path = Path.Combine(root, "refs", model.Revision);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }

    public void Remember(HubReference model, string commit)
    {
        if (model.IsCommit) return;
        string path = Path.Combine(root, "refs", model.Revision);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = Unique(path);
        File.WriteAllText(temporary, commit);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Waits until no other process downloads the file.</summary>
    public async Task<IDisposable> LockAsync(HubFile file, TimeProvider time, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(locks);
        return await DownloadLock.AcquireAsync(Path.Combine(locks, file.ETag + ".lock"), time, cancellationToken);
    }

    /// <summary>Makes the whole file appear under its name in the commit's folder.</summary>
    public void Publish(string commit, HubFile file)
    {
        string folder = Snapshot(commit);
        string path = Path.Combine(folder, file.Name);
        Directory.CreateDirectory(folder);
        string temporary = Unique(path);
        try
        {
            File.CreateSymbolicLink(temporary, Path.Combine("..", "..", "blobs", file.ETag));
        }
        catch (Exception e) when (OperatingSystem.IsWindows() && e is IOException or UnauthorizedAccessException)
        {
            // Links need a privilege on Windows; without it the content itself moves, as in Hugging Face's tools.
            File.Move(Blob(file), temporary);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static string Unique(string path) => $"{path}.{Path.GetRandomFileName()}.tmp";
}
