namespace Serverless.Storage.Blobs;

/// <summary>A part of a seekable stream, read-only; owns the stream.</summary>
internal sealed class RangeStream : ReadOnlyStream
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

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private int Fit(int count) => (int)Math.Clamp(Length - Position, 0, count);
}
