using System.Runtime.InteropServices;

namespace Serverless.Storage.Blobs;

/// <summary>
/// What the file system's durability and atomicity rest on and .NET does not offer: link without replacing, fsync of a folder, inode numbers,
/// locks that end with their process. Failures are <see cref="BlobException"/>s that say what was tried and why it failed.
/// </summary>
internal static partial class LibC
{
    private const int ReadOnly = 0, ReadWrite = 2, Create = 0x40, CloseOnExec = 0x80000;
    private const int LockExclusive = 2, LockNonBlocking = 4;
    private const int CurrentFolder = -100, NoFollow = 0x100;
    private const uint BasicStats = 0x7ff;
    private const int ENOENT = 2, EINTR = 4, EAGAIN = 11, EEXIST = 17;

    /// <summary>Links <paramref name="existing"/> to a new name; false if the name is taken.</summary>
    internal static bool TryLink(string existing, string name)
    {
        if (link(existing, name) == 0) return true;
        var errno = Marshal.GetLastPInvokeError();
        return errno == EEXIST ? false : throw Error("create", name, errno);
    }

    /// <summary>Moves a file over another, atomically.</summary>
    internal static void Rename(string from, string to)
    {
        if (rename(from, to) != 0) throw Error("replace", to, Marshal.GetLastPInvokeError());
    }

    /// <summary>Waits until a file's content, or a folder's entries, are on the disk.</summary>
    internal static void Synchronize(string path)
    {
        var descriptor = Open(path, ReadOnly);
        try
        {
            while (fsync(descriptor) != 0)
                if (Marshal.GetLastPInvokeError() is var errno and not EINTR)
                    throw Error("synchronise", path, errno);
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    /// <summary>Opens and locks a file until <see cref="Unlock"/> or the process's end; null if someone else holds it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="create">Whether it is made if it is not there; else that is an error.</param>
    internal static int? TryLock(string path, bool create = true)
    {
        var descriptor = Open(path, create ? ReadWrite | Create : ReadWrite);
        if (flock(descriptor, LockExclusive | LockNonBlocking) == 0) return descriptor;
        var errno = Marshal.GetLastPInvokeError();
        _ = close(descriptor);
        return errno == EAGAIN ? null : throw Error("lock", path, errno);
    }

    internal static void Unlock(int descriptor) => _ = close(descriptor);

    /// <summary>A file's or folder's state; null if there is nothing of the name.</summary>
    internal static FileState? Stat(string path, bool followLink = true)
    {
        if (statx(CurrentFolder, path, followLink ? 0 : NoFollow, BasicStats, out var state) == 0) return state;
        var errno = Marshal.GetLastPInvokeError();
        return errno is ENOENT or 20 ? null : throw Error("look at", path, errno);
    }

    internal static BlobException Error(string operation, string path, int errno, Exception? inner = null)
    {
        var (kind, advice) = errno switch
        {
            ENOENT => (BlobErrorKind.NotFound, ""),
            1 or 13 => (BlobErrorKind.AccessDenied, ": this user may not; check the owner and the permissions of the folder"),
            30 => (BlobErrorKind.AccessDenied, ": the file system is mounted read-only"),
            28 => (BlobErrorKind.NoSpace, ": free space on the disk or choose another output"),
            122 => (BlobErrorKind.NoSpace, ": the user's disk quota is used up"),
            18 => (BlobErrorKind.Unavailable, ": a store cannot span file systems; name the folder that is mounted there as the root"),
            36 => (BlobErrorKind.InvalidName, ": use shorter names"),
            20 => (BlobErrorKind.InvalidName, ": a part of the name that should be a folder is a file"),
            _ => (BlobErrorKind.Unavailable, ""),
        };
        return new BlobException(kind, $"Could not {operation} {path}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno}){advice}.", inner);
    }

    private static int Open(string path, int flags)
    {
        int descriptor;
        while ((descriptor = open(path, flags | CloseOnExec, 0x1b6)) < 0)
            if (Marshal.GetLastPInvokeError() is var errno and not EINTR)
                throw Error("open", path, errno);
        return descriptor;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] private static partial int link(string from, string to);
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] private static partial int rename(string from, string to);
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] private static partial int open(string path, int flags, int mode);
    [LibraryImport("libc", SetLastError = true)] private static partial int close(int descriptor);
    [LibraryImport("libc", SetLastError = true)] private static partial int fsync(int descriptor);
    [LibraryImport("libc", SetLastError = true)] private static partial int flock(int descriptor, int operation);
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, out FileState state);
}

/// <summary>struct statx: 256 bytes, the same on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileState
{
    [FieldOffset(16)] internal uint LinkCount;
    [FieldOffset(28)] private ushort mode;
    [FieldOffset(32)] internal ulong Inode;
    [FieldOffset(40)] internal long Size;
    [FieldOffset(112)] internal long ModifiedSeconds;
    [FieldOffset(120)] internal uint ModifiedNanoseconds;
    [FieldOffset(136)] internal ulong Device;

    internal readonly bool IsFile => (mode & 0xf000) == 0x8000;

    internal readonly bool IsLink => (mode & 0xf000) == 0xa000;

    internal readonly DateTimeOffset LastModified =>
        DateTimeOffset.FromUnixTimeSeconds(ModifiedSeconds).AddTicks(ModifiedNanoseconds / 100);

    /// <summary>Changes whenever a file is written or replaced.</summary>
    internal readonly string ETag => $"{Inode:x}-{Size:x}-{ModifiedSeconds:x}.{ModifiedNanoseconds:x}";
}
