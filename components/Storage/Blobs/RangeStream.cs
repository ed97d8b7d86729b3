namespace Serverless.Storage.Blobs;

/// <summary>A part of a seekable stream, read-only; owns the stream.</summary>
internal sealed class RangeStream : Stream
{
    private readonly Stream inner;
    private readonly long start;

    internal RangeStream(Stream inner, long offset, long length)
    {
        this.inner = inner;
        start = Math.Min(offset, inner.Length);
        Length = Math.Min(length, inner.Length - start);
        inner.Position = start;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position
    {
        get => inner.Position - start;
        set => inner.Position = start + value;
    }

    public override int Read(Span<byte> buffer) => inner.Read(buffer[..Fit(buffer.Length)]);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer[..Fit(buffer.Length)], cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => Position,
        _ => Length,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private int Fit(int count) => (int)Math.Clamp(Length - Position, 0, count);
}
