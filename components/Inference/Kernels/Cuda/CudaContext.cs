namespace Serverless.Inference.Kernels.Cuda;

/// <summary>
/// A card in use: its primary context, which all of a process share. What belongs to it is disposed before it. A thread that calls the
/// driver makes it current first.
/// </summary>
internal sealed unsafe class CudaContext : IDisposable
{
    private readonly int device;
    private readonly nint context;
    private int disposed;

    /// <summary>Retains the card's primary context and makes it current.</summary>
    /// <param name="device">One of <see cref="CudaDevice.Enumerate"/>.</param>
    /// <exception cref="InferenceException">The driver refuses; most often another process has the card's memory.</exception>
    public CudaContext(CudaDevice device)
    {
        Device = device;
        int ordinal;
        CudaError.Check(Driver.cuDeviceGet(&ordinal, device.Index), nameof(Driver.cuDeviceGet));
        nint retained;
        CudaError.Check(Driver.cuDevicePrimaryCtxRetain(&retained, ordinal), nameof(Driver.cuDevicePrimaryCtxRetain));
        (this.device, context) = (ordinal, retained);
        RetainedContexts.Add(context);
        try
        {
            MakeCurrent();
            Stream = new CudaStream(this);
        }
        catch
        {
            Release();
            throw;
        }
    }

    /// <summary>The card.</summary>
    public CudaDevice Device { get; }

    /// <summary>The main stream.</summary>
    public CudaStream Stream { get; }

    /// <summary>Makes this the calling thread's context.</summary>
    public void MakeCurrent()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref disposed) == 1, this);
        CudaError.Check(Driver.cuCtxSetCurrent(context), nameof(Driver.cuCtxSetCurrent));
    }

    /// <summary>The card's memory in bytes: what is free, for this process and others, and all of it. Makes the context current.</summary>
    public (long Free, long Total) Memory()
    {
        MakeCurrent();
        nuint free, total;
        CudaError.Check(Driver.cuMemGetInfo_v2(&free, &total), nameof(Driver.cuMemGetInfo_v2));
        return ((long)free, (long)total);
    }

    /// <summary>Makes this the calling thread's context, so that something of it can be freed.</summary>
    /// <returns>False if it is gone already, and everything of it too, or if the driver refuses.</returns>
    public bool TryMakeCurrent() => Volatile.Read(ref disposed) == 0 && Driver.cuCtxSetCurrent(context) == CudaError.Success;

    /// <inheritdoc/>
    public void Dispose()
    {
        Stream.Dispose();
        if (Interlocked.Exchange(ref disposed, 1) == 0) Release();
    }

    private void Release()
    {
        RetainedContexts.Remove(context);

        // A kernel that failed makes every later call fail with its error, which was reported where it happened; the same in every Dispose here.
        _ = Driver.cuDevicePrimaryCtxRelease_v2(device);
    }
}
