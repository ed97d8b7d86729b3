using System.Runtime.CompilerServices;

namespace Serverless.Storage.Blobs;

/// <summary>
/// Blobs as files under a folder, for one host or a shared file system with POSIX link and flock. A blob is written under <c>_tmp</c> in
/// the same folder, synchronised, then linked to its name, which fails if the name is taken; then the folder is synchronised.
/// Reading follows symbolic links to files; writing refuses folders that are symbolic links below the root, and listing passes them by.
/// The root is made when first written to. The first write also sweeps what writers that no longer live have left under <c>_tmp</c>.
/// </summary>
public sealed class LocalBlobStore(string root) : IBlobStore
{
    private readonly TemporaryArea temporary = new(Path.GetFullPath(root));
    private readonly Lock gate = new();
    private bool swept;

    /// <summary>The folder's absolute path.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <inheritdoc/>
    public async ValueTask<bool> TryCreateAsync(string name, Stream content, CancellationToken cancellation = default)
    {
        var target = ToPath(name);
        using var scratch = CreateScratch();
        await WriteAsync(scratch.Path, content, cancellation);
        return Publish(scratch.Path, target);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryCreateFromFileAsync(string name, string file, CancellationToken cancellation = default)
    {
        var target = ToPath(name);
        if (LibC.Stat(file) is not { } source) throw new BlobException(BlobErrorKind.NotFound, $"{file}, to become {target}, does not exist.");
        bool created;
        if (LibC.Stat(MakeFolder(target))!.Value.Device == source.Device)
        {
            created = Publish(file, target);
        }
        else
        {
            await using var content = OpenFile(file);
            created = await TryCreateAsync(name, content, cancellation);
        }
        File.Delete(file);
        return created;
    }

    /// <inheritdoc/>
    public async ValueTask ReplaceAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
    {
        var target = ToPath(name);
        using var scratch = CreateScratch();
        await using (var file = CreateFile(scratch.Path))
            await Try("write", scratch.Path, () => file.WriteAsync(content, cancellation));
        var folder = MakeFolder(target);
        LibC.Synchronize(scratch.Path);
        Failpoints.Hit("storage.blob.before-rename");
        LibC.Rename(scratch.Path, target);
        LibC.Synchronize(folder);
    }

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(string name, long offset = 0, long? length = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var file = OpenFile(Existing(name));
        return new(offset == 0 && length is null ? file : new RangeStream(file, offset, length ?? long.MaxValue));
    }

    /// <inheritdoc/>
    public ValueTask<LocalFile> GetLocalFileAsync(string name, CancellationToken cancellation = default) =>
        new(new LocalFile(Existing(name), temporary: false));

    /// <inheritdoc/>
    public ValueTask<BlobInfo?> GetInfoAsync(string name, CancellationToken cancellation = default) =>
        new(LibC.Stat(ToPath(name)) is { IsFile: true } state ? Info(name, state) : null);

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobInfo> ListAsync(string prefix = "", [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var slash = prefix.LastIndexOf('/');
        var folder = slash < 0 ? "" : prefix[..slash];
        if (folder.Length > 0) BlobNames.Check(folder);
        foreach (var name in LocalListing.Names(Root, folder))
        {
            cancellation.ThrowIfCancellationRequested();
            if (name.StartsWith(prefix, StringComparison.Ordinal) && await GetInfoAsync(name, cancellation) is { } info) yield return info;
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string name, CancellationToken cancellation = default)
    {
        var path = ToPath(name);
        if (LibC.Stat(path, followLink: false) is not { } state || !(state.IsFile || state.IsLink)) return new(false);
        Try("delete", path, () => File.Delete(path));
        LibC.Synchronize(Path.GetDirectoryName(path)!);
        return new(true);
    }

    /// <inheritdoc/>
    public LocalFile CreateScratch()
    {
        lock (gate)
        {
            if (!swept) Try("sweep", Root, temporary.Sweep);
            swept = true;
        }
        var path = Try("write under", Root, temporary.NewPath);
        CreateFile(path).Dispose();
        return new LocalFile(path, temporary: true);
    }

    /// <inheritdoc/>
    public void Dispose() => temporary.Dispose();

    private static BlobInfo Info(string name, FileState state) => new(name, state.Size, state.ETag, state.LastModified);

    private string ToPath(string name) => Path.Combine(Root, BlobNames.Check(name));

    private string Existing(string name)
    {
        var path = ToPath(name);
        return LibC.Stat(path) is { IsFile: true } ? path : throw new BlobException(BlobErrorKind.NotFound, $"{path} does not exist, or is not a file.");
    }

    /// <summary>Makes a complete file visible as <paramref name="target"/> if that is free. The loser synchronises too: it may say "done" before the winner can.</summary>
    private bool Publish(string file, string target)
    {
        LibC.Synchronize(file);
        var folder = MakeFolder(target);
        Failpoints.Hit("storage.blob.before-link");
        var created = LibC.TryLink(file, target);
        Failpoints.Hit("storage.blob.after-link");
        LibC.Synchronize(folder);
        return created;
    }

    private string MakeFolder(string target) => Try("make the folder of", target, () => DurableFolders.Make(Root, Path.GetDirectoryName(target)!));

    private static async ValueTask WriteAsync(string path, Stream content, CancellationToken cancellation)
    {
        await using var file = CreateFile(path);
        await Try("write", path, () => new ValueTask(content.CopyToAsync(file, cancellation)));
        await Try("write", path, () => new ValueTask(file.FlushAsync(cancellation)));
    }

    private static FileStream CreateFile(string path) => Try("write", path, () =>
        new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 1 << 16 }));

    private static FileStream OpenFile(string path) => Try("read", path, () =>
        new FileStream(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 1 << 16, Options = FileOptions.SequentialScan }));

    private static void Try(string operation, string path, Action step) => Try(operation, path, () => { step(); return true; });

    private static T Try<T>(string operation, string path, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception e) when (LocalErrors.IsOfFiles(e))
        {
            throw LocalErrors.Translate(operation, path, e);
        }
    }

    private static async ValueTask Try(string operation, string path, Func<ValueTask> step)
    {
        try
        {
            await step();
        }
        catch (Exception e) when (LocalErrors.IsOfFiles(e))
        {
            throw LocalErrors.Translate(operation, path, e);
        }
    }
}
