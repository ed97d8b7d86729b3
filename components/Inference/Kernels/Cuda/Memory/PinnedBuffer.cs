using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>Memory of the host that stays where it is, so that the card copies it by itself, at full speed and while both work on.</summary>
internal sealed unsafe class PinnedBuffer : IDisposable
{
    private readonly ContextHandle context;
    private int disposed;

    /// <summary>Takes the memory, pinned for all cards. The calling thread has a current context.</summary>
    /// <param name="bytes">How much, above 0.</param>
    /// <exception cref="InferenceException">The system has no memory to pin.</exception>
    public PinnedBuffer(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        context = ContextHandle.Current();
        void* pointer;
        CudaError.Check(Driver.cuMemHostAlloc(&pointer, (nuint)bytes, Driver.HostPortable), $"{nameof(Driver.cuMemHostAlloc)} of {bytes} bytes");
        Pointer = (byte*)pointer;
        Bytes = bytes;
    }

    /// <summary>Its first byte.</summary>
    public byte* Pointer { get; }

    /// <summary>Its length.</summary>
    public long Bytes { get; }

    /// <summary>Its first byte as the card addresses it: the same, since host and card share one address space (unified virtual addressing).</summary>
    public DevicePointer OnCard => new((ulong)Pointer);

    /// <summary>Part of it as values.</summary>
    /// <param name="offset">Bytes from its beginning, a multiple of the values' size.</param>
    /// <param name="count">Values.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside.</exception>
    public Span<T> As<T>(long offset, int count)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + ((long)count * sizeof(T)), Bytes, nameof(count));
        return MemoryMarshal.CreateSpan(ref *(T*)(Pointer + offset), count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0 && context.TryMakeCurrent()) _ = Driver.cuMemFreeHost(Pointer);
    }
}
