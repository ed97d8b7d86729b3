namespace Serverless.Inference.Kernels.Cuda;

/// <summary>A point in a stream that the host or another stream can wait for.</summary>
internal sealed unsafe class CudaEvent : IDisposable
{
    private readonly ContextHandle context;
    private int disposed;

    /// <summary>Makes an event of the calling thread's current context.</summary>
    /// <param name="timing">Whether it keeps the time, for <see cref="Milliseconds"/>. Default: false, which is cheaper.</param>
    public CudaEvent(bool timing = false)
    {
        context = ContextHandle.Current();
        nint created;
        CudaError.Check(Driver.cuEventCreate(&created, timing ? Driver.EventTiming : Driver.EventNoTiming), nameof(Driver.cuEventCreate));
        Handle = created;
    }

    /// <summary>The driver's handle, a CUevent.</summary>
    public nint Handle { get; }

    /// <summary>Whether its last record was reached; true if there was none.</summary>
    /// <exception cref="InferenceException">Work before it failed.</exception>
    public bool IsDone
    {
        get
        {
            int status = Driver.cuEventQuery(Handle);
            if (status == CudaError.NotReady) return false;
            CudaError.Check(status, nameof(Driver.cuEventQuery));
            return true;
        }
    }

    /// <summary>Milliseconds between two events that keep the time and were reached; a resolution of about half a microsecond.</summary>
    public static float Milliseconds(CudaEvent from, CudaEvent to)
    {
        float elapsed;
        CudaError.Check(Driver.cuEventElapsedTime(&elapsed, from.Handle, to.Handle), nameof(Driver.cuEventElapsedTime));
        return elapsed;
    }

    /// <summary>Moves it to the end of what the stream has so far.</summary>
    public void Record(CudaStream stream) => CudaError.Check(Driver.cuEventRecord(Handle, stream.Handle), nameof(Driver.cuEventRecord));

    /// <summary>Waits on the host until its last record is reached.</summary>
    /// <exception cref="InferenceException">Work before it failed.</exception>
    public void Synchronize() => CudaError.Check(Driver.cuEventSynchronize(Handle), nameof(Driver.cuEventSynchronize));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0 && context.TryMakeCurrent()) _ = Driver.cuEventDestroy_v2(Handle);
    }
}
