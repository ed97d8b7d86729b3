namespace Serverless.Storage.Tests.Tables;

/// <summary>Gives a few bytes at a time, so that every border falls inside something once.</summary>
internal sealed class TrickleStream(byte[] content, int step) : MemoryStream(content)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
}
