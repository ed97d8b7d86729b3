using System.Buffers;

namespace Dapr.Sidecar.Hosting;

/// <summary>A whole body in memory that is given back to the pool.</summary>
internal sealed class PooledBody : IDisposable
{
    /// <summary>No bytes.</summary>
    public static readonly PooledBody Empty = new([], 0);

    private byte[] _buffer;
    private int _length;

    private PooledBody(byte[] buffer, int length)
    {
        _buffer = buffer;
        _length = length;
    }

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="length">How many bytes it has; null when it does not say.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async ValueTask<PooledBody> ReadAsync(Stream stream, long? length, CancellationToken cancellation)
    {
        if (length == 0)
        {
            return Empty;
        }

        // One byte more than was said: the read that finds the end then needs no larger buffer.
        var body = new PooledBody(ArrayPool<byte>.Shared.Rent(length is { } known and < int.MaxValue ? (int)known + 1 : 4096), 0);
        try
        {
            while (true)
            {
                var read = await stream.ReadAsync(body._buffer.AsMemory(body._length), cancellation);
                if (read == 0)
                {
                    return body;
                }

                body._length += read;
                body.GrowWhenFull();
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, _length) = ([], 0);
        }
    }

    private void GrowWhenFull()
    {
        if (_length < _buffer.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(checked(_buffer.Length * 2));
        Memory.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
