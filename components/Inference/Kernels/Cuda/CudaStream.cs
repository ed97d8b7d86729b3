namespace Serverless.Inference.Kernels.Cuda;

/// <summary>A queue of work on the card, done in its order. Calls return before the work is done. Used by one thread at a time, its context current.</summary>
internal sealed unsafe class CudaStream : IDisposable
{
    private readonly CudaContext context;
    private int disposed;

    /// <summary>Makes a stream that waits for no other.</summary>
    /// <param name="context">Its card.</param>
    public CudaStream(CudaContext context)
    {
        this.context = context;
        context.MakeCurrent();
        nint stream;
        CudaError.Check(Driver.cuStreamCreate(&stream, Driver.StreamNonBlocking), nameof(Driver.cuStreamCreate));
        Handle = stream;
    }

    /// <summary>The driver's handle, a CUstream (and a cudaStream_t).</summary>
    public nint Handle { get; }

    /// <summary>
    /// Whether the next kernel must not start before all work so far is done, not even the part of it that does not wait
    /// (WAIT_FOR_PREVIOUS in common.cuh): set behind work whose results are read there.
    /// </summary>
    public bool IsBarrier { get; set; }

    /// <summary>Waits on the host until all work so far is done.</summary>
    /// <exception cref="InferenceException">Some of it failed.</exception>
    public void Synchronize() => CudaError.Check(Driver.cuStreamSynchronize(Handle), nameof(Driver.cuStreamSynchronize));

    /// <summary>Later work of this stream waits until the event's last record is reached. The host does not wait.</summary>
    public void Wait(CudaEvent waited) => CudaError.Check(Driver.cuStreamWaitEvent(Handle, waited.Handle, 0), nameof(Driver.cuStreamWaitEvent));

    /// <summary>Copies from the host. Memory that is not pinned is read before this returns, pinned memory whenever the copy's turn comes.</summary>
    public void CopyToDevice(DevicePointer to, nint host, long bytes) => CudaError.Check(
        Driver.cuMemcpyHtoDAsync_v2(to.Address, (void*)host, (nuint)bytes, Handle), nameof(Driver.cuMemcpyHtoDAsync_v2));

    /// <summary>Copies to the host; the bytes are there after a <see cref="Synchronize"/> or an event behind this.</summary>
    public void CopyToHost(nint host, DevicePointer from, long bytes) => CudaError.Check(
        Driver.cuMemcpyDtoHAsync_v2((void*)host, from.Address, (nuint)bytes, Handle), nameof(Driver.cuMemcpyDtoHAsync_v2));

    /// <summary>Copies on the card; the two ranges do not overlap.</summary>
    public void Copy(DevicePointer to, DevicePointer from, long bytes) => CudaError.Check(
        Driver.cuMemcpyDtoDAsync_v2(to.Address, from.Address, (nuint)bytes, Handle), nameof(Driver.cuMemcpyDtoDAsync_v2));

    /// <summary>Sets bytes.</summary>
    public void Fill(DevicePointer to, byte value, long bytes) => CudaError.Check(
        Driver.cuMemsetD8Async(to.Address, value, (nuint)bytes, Handle), nameof(Driver.cuMemsetD8Async));

    /// <summary>Sets 32-bit words.</summary>
    public void Fill(DevicePointer to, uint value, long words) => CudaError.Check(
        Driver.cuMemsetD32Async(to.Address, value, (nuint)words, Handle), nameof(Driver.cuMemsetD32Async));

    /// <summary>
    /// Records what <paramref name="record"/> queues on this stream, on this thread, instead of doing it. It may neither wait for the
    /// card nor allocate its memory.
    /// </summary>
    /// <param name="record">Queues the work.</param>
    /// <returns>The work, to be launched as often as is liked.</returns>
    /// <exception cref="InferenceException">Something that cannot be recorded was called.</exception>
    public CudaGraph Capture(Action record)
    {
        CudaError.Check(Driver.cuStreamBeginCapture_v2(Handle, Driver.CaptureThreadLocal), nameof(Driver.cuStreamBeginCapture_v2));
        nint graph = 0;
        try
        {
            record();
        }
        catch
        {
            // The capture must end for the stream to be of use again; that it is broken is what is being thrown.
            _ = Driver.cuStreamEndCapture(Handle, &graph);
            if (graph != 0) _ = Driver.cuGraphDestroy(graph);
            throw;
        }

        CudaError.Check(Driver.cuStreamEndCapture(Handle, &graph), nameof(Driver.cuStreamEndCapture));
        try
        {
            return new CudaGraph(context, graph);
        }
        finally
        {
            _ = Driver.cuGraphDestroy(graph);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0 && context.TryMakeCurrent()) _ = Driver.cuStreamDestroy_v2(Handle);
    }
}
