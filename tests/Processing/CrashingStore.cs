using System.Collections.Concurrent;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Tests;

/// <summary>A local store whose changes a test can interfere with.</summary>
internal abstract class InterferingStore(IBlobStore inner) : IBlobStore
{
    public ValueTask<bool> TryCreateAsync(string name, Stream content, CancellationToken cancellation = default) =>
        ChangeAsync(name, () => inner.TryCreateAsync(name, content, cancellation));

    public ValueTask<bool> TryCreateFromFileAsync(string name, string file, CancellationToken cancellation = default) =>
        ChangeAsync(name, () => inner.TryCreateFromFileAsync(name, file, cancellation));

    public async ValueTask ReplaceAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default) =>
        await ChangeAsync(name, async () =>
        {
            await inner.ReplaceAsync(name, content, cancellation);
            return true;
        });

    public ValueTask<bool> DeleteAsync(string name, CancellationToken cancellation = default) =>
        ChangeAsync(name, () => inner.DeleteAsync(name, cancellation));

    public virtual ValueTask<Stream> OpenReadAsync(string name, long offset = 0, long? length = null, CancellationToken cancellation = default) =>
        inner.OpenReadAsync(name, offset, length, cancellation);

    public ValueTask<LocalFile> GetLocalFileAsync(string name, CancellationToken cancellation = default) => inner.GetLocalFileAsync(name, cancellation);

    public ValueTask<BlobInfo?> GetInfoAsync(string name, CancellationToken cancellation = default) => inner.GetInfoAsync(name, cancellation);

    public IAsyncEnumerable<BlobInfo> ListAsync(string prefix = "", CancellationToken cancellation = default) => inner.ListAsync(prefix, cancellation);

    public LocalFile CreateScratch() => inner.CreateScratch();

    public void Dispose() => inner.Dispose();

    protected abstract ValueTask<bool> ChangeAsync(string name, Func<ValueTask<bool>> act);
}

/// <summary>Counts how often each blob is read.</summary>
internal sealed class CountingStore(IBlobStore inner, ConcurrentDictionary<string, int> reads) : InterferingStore(inner)
{
    public override ValueTask<Stream> OpenReadAsync(string name, long offset = 0, long? length = null, CancellationToken cancellation = default)
    {
        reads.AddOrUpdate(name, 1, (_, count) => count + 1);
        return base.OpenReadAsync(name, offset, length, cancellation);
    }

    protected override ValueTask<bool> ChangeAsync(string name, Func<ValueTask<bool>> act) => act();
}

/// <summary>What a process that dies looks like to its store.</summary>
internal sealed class CrashException(string message) : Exception(message);

/// <summary>From its n-th change on, nothing happens any more: the change itself still does, or does not.</summary>
internal sealed class CrashingStore(IBlobStore inner, int change, bool after) : InterferingStore(inner)
{
    int changes;

    public bool HasCrashed => changes >= change;

    protected override async ValueTask<bool> ChangeAsync(string name, Func<ValueTask<bool>> act)
    {
        var number = Interlocked.Increment(ref changes);
        if (number > change || (number == change && !after))
            throw new CrashException($"crashed before change {change}, {name}");
        var done = await act();
        return number == change ? throw new CrashException($"crashed after change {change}, {name}") : done;
    }
}

/// <summary>The first part's creation succeeds, but its caller sees a time-out.</summary>
internal sealed class FlakyStore(IBlobStore inner) : InterferingStore(inner)
{
    int failures;

    public int Failures => failures;

    protected override async ValueTask<bool> ChangeAsync(string name, Func<ValueTask<bool>> act)
    {
        var done = await act();
        return name.StartsWith("part-", StringComparison.Ordinal) && Interlocked.CompareExchange(ref failures, 1, 0) == 0
            ? throw new BlobException(BlobErrorKind.Unavailable, "timed out")
            : done;
    }
}
