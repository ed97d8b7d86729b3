namespace Serverless.Inference.Kernels.Cuda;

/// <summary>
/// Which primary contexts live. The driver gives a context that comes again the handle of the one before, and does not check handles of
/// events and memory that went with it: whoever frees such asks here whether there is still something to free.
/// </summary>
internal static class RetainedContexts
{
    private static readonly Lock Access = new();
    private static readonly Dictionary<nint, (int Count, long Life)> Retained = [];
    private static long lives;

    /// <summary>A context was retained.</summary>
    public static void Add(nint context)
    {
        lock (Access) Retained[context] = Retained.TryGetValue(context, out var entry) ? (entry.Count + 1, entry.Life) : (1, ++lives);
    }

    /// <summary>A context will be released.</summary>
    public static void Remove(nint context)
    {
        lock (Access)
        {
            var (count, life) = Retained[context];
            if (count == 1) Retained.Remove(context);
            else Retained[context] = (count - 1, life);
        }
    }

    /// <summary>Which of the context's lives this is; 0 if it is gone.</summary>
    public static long LifeOf(nint context)
    {
        lock (Access) return Retained.GetValueOrDefault(context).Life;
    }
}
