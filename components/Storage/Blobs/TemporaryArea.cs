using System.Globalization;
using System.Security.Cryptography;

namespace Serverless.Storage.Blobs;

/// <summary>
/// A store's own folder <c>_tmp/{id}</c> for what is being written, guarded by a lock on <c>_tmp/{id}.lock</c> that ends with the process.
/// So whoever can take the lock knows that the owner is gone, on whatever host it ran, and sweeps. Made when first needed.
/// </summary>
internal sealed class TemporaryArea(string root) : IDisposable
{
    private const string LockSuffix = ".lock";
    private readonly string parent = Path.Combine(root, BlobNames.TemporaryFolder);
    private readonly Lock gate = new();
    private string? folder;
    private int lockDescriptor = -1;
    private int files;

    /// <summary>A name for a new file; nobody else is given it.</summary>
    internal string NewPath()
    {
        lock (gate)
        {
            folder ??= Acquire();
            return Path.Combine(folder, (++files).ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Removes what processes that are gone have left here.</summary>
    internal void Sweep()
    {
        if (!Directory.Exists(parent)) return;
        try
        {
            foreach (var lockFile in Directory.EnumerateFiles(parent, "*" + LockSuffix).ToList()) Sweep(lockFile);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or BlobException { Kind: BlobErrorKind.NotFound })
        {
            // The last of those who wrote or swept here has taken the folder with it.
        }
    }

    private static void Sweep(string lockFile)
    {
        // Only owners make locks. A sweeper that made one again, whose name another had just removed, would be taken for its owner, who locks the
        // nameless one; and would sweep what that owner writes.
        if (TryLockLeft(lockFile) is not { } descriptor) return;
        try
        {
            var left = lockFile[..^LockSuffix.Length];
            if (Directory.Exists(left)) Directory.Delete(left, recursive: true);
            File.Delete(lockFile);
        }
        finally
        {
            LibC.Unlock(descriptor);
        }
    }

    /// <summary>Takes a lock that is left; null if somebody holds it, or it is gone.</summary>
    private static int? TryLockLeft(string lockFile)
    {
        try
        {
            return LibC.TryLock(lockFile, create: false);
        }
        catch (BlobException e) when (e.Kind == BlobErrorKind.NotFound)
        {
            return null;
        }
    }

    public void Dispose()
    {
        if (folder is null) return;
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        if (Directory.Exists(parent)) File.Delete(folder + LockSuffix);
        LibC.Unlock(lockDescriptor);
        folder = null;
        try
        {
            Directory.Delete(parent);
        }
        catch (IOException)
        {
            // Others are still writing here, and the folder goes with the last of them; or it went with the root.
        }
    }

    private string Acquire()
    {
        while (true)
        {
            Directory.CreateDirectory(parent);
            var path = Path.Combine(parent, RandomNumberGenerator.GetHexString(16, lowercase: true));
            if (TryAcquire(path + LockSuffix) is not { } descriptor) continue;
            lockDescriptor = descriptor;
            Directory.CreateDirectory(path);
            return path;
        }
    }

    /// <summary>Between making the file and locking it, a sweeper may have taken it for a dead one's and removed it: then it has no name.</summary>
    private static int? TryAcquire(string lockFile)
    {
        try
        {
            if (LibC.TryLock(lockFile) is not { } descriptor) return null;
            if (LibC.Stat(lockFile) is not null) return descriptor;
            LibC.Unlock(descriptor);
            return null;
        }
        catch (BlobException e) when (e.Kind == BlobErrorKind.NotFound)
        {
            return null;
        }
    }
}
