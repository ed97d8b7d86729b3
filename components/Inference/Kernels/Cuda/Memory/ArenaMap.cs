namespace Serverless.Inference.Kernels.Cuda;

/// <summary>Which bytes of a range are taken: first fit in units of 256 bytes; neighbours that are free become one again. Not thread-safe.</summary>
internal sealed class ArenaMap
{
    /// <summary>Every allocation starts at a multiple of this and takes a multiple of it, in bytes.</summary>
    public const int Alignment = 256;

    // Free pieces by offset; no two of them touch.
    private readonly SortedList<long, long> free = [];
    private readonly Dictionary<long, long> taken = [];

    /// <param name="capacity">Bytes of the range; what is above a multiple of <see cref="Alignment"/> is not used.</param>
    public ArenaMap(long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        Capacity = capacity / Alignment * Alignment;
        if (Capacity > 0) free.Add(0, Capacity);
    }

    /// <summary>Bytes of the range.</summary>
    public long Capacity { get; }

    /// <summary>Bytes that are taken, whole units.</summary>
    public long Used { get; private set; }

    /// <summary>Bytes of the largest piece that is free.</summary>
    public long Largest => free.Count == 0 ? 0 : free.Values.Max();

    /// <summary>Takes the first piece that is long enough.</summary>
    /// <param name="bytes">How much; nothing takes one unit, so that every allocation has an offset of its own.</param>
    /// <returns>Where it begins.</returns>
    /// <exception cref="InferenceException">No piece is long enough (out_of_memory).</exception>
    public long Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        long length = Math.Max(1, (bytes + Alignment - 1) / Alignment) * Alignment;
        for (int i = 0; i < free.Count; i++)
        {
            long offset = free.GetKeyAtIndex(i);
            long rest = free.GetValueAtIndex(i) - length;
            if (rest < 0) continue;
            free.RemoveAt(i);
            if (rest > 0) free.Add(offset + length, rest);
            taken.Add(offset, length);
            Used += length;
            return offset;
        }

        throw new InferenceException(
            InferenceErrorCodes.OutOfMemory,
            $"The GPU has no room for {Megabytes(bytes)}: of the engine's {Megabytes(Capacity)}, {Megabytes(Capacity - Used)} are free, "
            + $"the largest piece {Megabytes(Largest)}. Set gpu_memory_utilization higher, or kv_cache_bytes, max_num_seqs or max_model_len lower.");
    }

    /// <summary>Gives a piece back.</summary>
    /// <param name="offset">What <see cref="Allocate"/> returned.</param>
    /// <exception cref="ArgumentException">Nothing that is taken begins there.</exception>
    public void Free(long offset)
    {
        if (!taken.Remove(offset, out long length)) throw new ArgumentException($"Nothing that is taken begins at {offset}.", nameof(offset));
        Used -= length;
        free.Add(offset, length);
        int index = free.IndexOfKey(offset);
        if (index + 1 < free.Count && free.GetKeyAtIndex(index + 1) == offset + length) Join(index);
        if (index > 0 && free.GetKeyAtIndex(index - 1) + free.GetValueAtIndex(index - 1) == offset) Join(index - 1);
    }

    /// <summary>Makes one piece of a free one and the next.</summary>
    private void Join(int index)
    {
        free.SetValueAtIndex(index, free.GetValueAtIndex(index) + free.GetValueAtIndex(index + 1));
        free.RemoveAt(index + 1);
    }

    private static string Megabytes(long bytes) => $"{bytes / 1e6:F1} MB";
}
