namespace Serverless.Inference.Kernels.Cuda;

/// <summary>The engine's memory on the card, taken from the driver at once and handed out in pieces. Thread-safe.</summary>
internal sealed unsafe class CudaArena : IDisposable
{
    private readonly CudaContext context;
    private readonly ArenaMap map;
    private readonly DevicePointer start;
    private readonly Lock access = new();
    private int disposed;

    /// <param name="context">The card.</param>
    /// <param name="bytes">How much to take; what is not above 0, as a share of a card that others have used up, cannot be had.</param>
    /// <exception cref="InferenceException">The card does not have as much (out_of_memory).</exception>
    public CudaArena(CudaContext context, long bytes)
    {
        this.context = context;
        var (free, total) = context.Memory();
        ulong address = 0;
        int status = bytes > 0 ? Driver.cuMemAlloc_v2(&address, (nuint)bytes) : CudaError.OutOfMemory;
        if (status == CudaError.OutOfMemory)
        {
            throw new InferenceException(
                InferenceErrorCodes.OutOfMemory,
                $"GPU {context.Device.Index} ({context.Device.Name}) {(bytes > 0 ? $"gave no {bytes / 1e6:F0} MB" : "has nothing left for this engine")}: {free / 1e6:F0} MB of its {total / 1e6:F0} MB are free. "
                + "End what else runs on the card (nvidia-smi lists it), or set gpu_memory_utilization or kv_cache_bytes lower.");
        }

        CudaError.Check(status, $"{nameof(Driver.cuMemAlloc_v2)} of {bytes} bytes");
        start = new DevicePointer(address);
        map = new ArenaMap(bytes);
    }

    /// <summary>Bytes of the arena.</summary>
    public long Capacity => map.Capacity;

    /// <summary>Bytes handed out, in units of <see cref="ArenaMap.Alignment"/>.</summary>
    public long Used
    {
        get
        {
            lock (access) return map.Used;
        }
    }

    /// <summary>Bytes of the largest piece that can be had.</summary>
    public long Largest
    {
        get
        {
            lock (access) return map.Largest;
        }
    }

    /// <summary>Hands out memory on a boundary of 256 bytes. What it holds is not defined.</summary>
    /// <exception cref="InferenceException">There is no piece of that size (out_of_memory); says what to set.</exception>
    public DevicePointer Allocate(long bytes)
    {
        lock (access)
        {
            ObjectDisposedException.ThrowIf(disposed == 1, this);
            return start + map.Allocate(bytes);
        }
    }

    /// <summary>Takes memory back, in any order; after the arena is disposed there is nothing to take. The card is done with it, or whoever gets it next works on the same stream.</summary>
    /// <exception cref="ArgumentException">It was not handed out here, or was taken back before.</exception>
    public void Free(DevicePointer pointer)
    {
        lock (access)
        {
            if (disposed == 0) map.Free((long)(pointer.Address - start.Address));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (access)
        {
            if (disposed == 1) return;
            disposed = 1;
            if (context.TryMakeCurrent()) _ = Driver.cuMemFree_v2(start.Address);
        }
    }
}
