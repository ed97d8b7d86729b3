namespace Serverless.Inference.Kernels.Cuda;

/// <summary>
/// Pinned memory between the host and the card, in buffers that are used in turn: one is filled while the card reads those before. Small
/// pieces share a buffer. Used by one thread, with the context current.
/// </summary>
internal sealed unsafe class StagingRing : IDisposable
{
    private const int Alignment = 256;

    private readonly CudaStream stream;
    private readonly PinnedBuffer[] buffers;
    private readonly CudaEvent[] done;
    private int current;
    private long used;

    /// <param name="stream">What reads the buffers.</param>
    /// <param name="count">Buffers, at least 2.</param>
    /// <param name="bytes">Length of each, a multiple of 256.</param>
    public StagingRing(CudaStream stream, int count, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        this.stream = stream;
        buffers = new PinnedBuffer[count];
        done = new CudaEvent[count];
        try
        {
            for (int i = 0; i < count; i++) (buffers[i], done[i]) = (new PinnedBuffer(bytes), new CudaEvent());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Bytes of a buffer: the longest piece.</summary>
    public long Longest => buffers[0].Bytes;

    /// <summary>Room for a piece that is copied on the stream before the next one is asked for.</summary>
    /// <param name="wanted">Bytes.</param>
    /// <param name="least">What it may not be shorter than, at most <see cref="Longest"/>; the length is a multiple of it.</param>
    /// <param name="bytes">The length of the room, at most <paramref name="wanted"/>.</param>
    public byte* Take(long wanted, long least, out long bytes)
    {
        long left = Longest - used;

        // The rest of a buffer that holds only a small part of the piece would make two short copies of it.
        if (left < least || (left < wanted && left < Longest / 2)) left = Next();
        bytes = Math.Min(wanted, left) / least * least;
        byte* piece = buffers[current].Pointer + used;
        used = Math.Min(Longest, (used + bytes + Alignment - 1) / Alignment * Alignment);
        return piece;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in buffers) buffer?.Dispose();
        foreach (var made in done) made?.Dispose();
    }

    /// <summary>Goes on to the next buffer, once the card has read what it holds.</summary>
    private long Next()
    {
        done[current].Record(stream);
        current = (current + 1) % buffers.Length;
        done[current].Synchronize();
        used = 0;
        return Longest;
    }
}
