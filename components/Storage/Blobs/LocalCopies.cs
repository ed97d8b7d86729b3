namespace Serverless.Storage.Blobs;

/// <summary>
/// Local copies of blobs, one for each version of each, for all who read it at once: the shards of a file. A copy that nobody reads stays until
/// there are too many bytes of such, the longest unread going first.
/// </summary>
/// <param name="idleBytes">How many bytes of unread copies stay.</param>
internal sealed class LocalCopies(long idleBytes)
{
    /// <summary>Those of this process.</summary>
    internal static LocalCopies Shared { get; } = new(8L << 30);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Copy> copies = [];
    private readonly LinkedList<Copy> idle = [];
    private long idleTotal;

    /// <summary>The copy of a version, fetched unless it is there.</summary>
    /// <param name="version">Names blob and version.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="fetch">Writes it into a new file; called once for all who ask meanwhile, so it ends for no single one of them.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    internal async ValueTask<LocalFile> GetAsync(string version, long bytes, Func<Task<LocalFile>> fetch, CancellationToken cancellation)
    {
        var copy = Take(version, bytes, fetch);
        try
        {
            var file = await copy.File.Value.WaitAsync(cancellation);
            return new LocalFile(file.Path, () => Release(copy));
        }
        catch
        {
            Release(copy);
            throw;
        }
    }

    private Copy Take(string version, long bytes, Func<Task<LocalFile>> fetch)
    {
        lock (gate)
        {
            if (!copies.TryGetValue(version, out var copy)) copies[version] = copy = new Copy(version, bytes, new(fetch));
            if (copy.Readers++ == 0 && idle.Remove(copy)) idleTotal -= copy.Bytes;
            return copy;
        }
    }

    private void Release(Copy copy)
    {
        List<Copy> gone = [];
        lock (gate)
        {
            if (--copy.Readers > 0) return;
            if (copy.File.Value.IsCompletedSuccessfully)
            {
                idle.AddLast(copy);
                idleTotal += copy.Bytes;
            }
            else
            {
                copies.Remove(copy.Version);
                gone.Add(copy);
            }

            while (idleTotal > idleBytes)
            {
                var oldest = idle.First!.Value;
                idle.RemoveFirst();
                idleTotal -= oldest.Bytes;
                copies.Remove(oldest.Version);
                gone.Add(oldest);
            }
        }

        foreach (var one in gone)
            _ = DropAsync(one);
    }

    private static async Task DropAsync(Copy copy)
    {
        // A fetch that nobody waits for any more ends some time; one that failed has told those who waited, and left nothing.
        await ((Task)copy.File.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (copy.File.Value.IsCompletedSuccessfully) (await copy.File.Value).Dispose();
    }

    private sealed class Copy(string version, long bytes, Lazy<Task<LocalFile>> file)
    {
        public string Version => version;

        public long Bytes => bytes;

        public Lazy<Task<LocalFile>> File => file;

        public int Readers { get; set; }
    }
}
