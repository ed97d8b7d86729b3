using System.Text;

namespace Serverless.Storage.Blobs;

/// <summary>Whole blobs in memory.</summary>
public static class BlobStoreExtensions
{
    /// <summary>All bytes of a blob; for small ones.</summary>
    /// <exception cref="BlobException">Kind NotFound if there is no such blob.</exception>
    public static async ValueTask<byte[]> ReadAllBytesAsync(this IBlobStore store, string name, CancellationToken cancellation = default)
    {
        await using var stream = await store.OpenReadAsync(name, cancellation: cancellation);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }

    /// <summary>A blob as UTF-8 text, null if there is none.</summary>
    public static async ValueTask<string?> ReadTextAsync(this IBlobStore store, string name, CancellationToken cancellation = default)
    {
        try
        {
            return Encoding.UTF8.GetString(await store.ReadAllBytesAsync(name, cancellation));
        }
        catch (BlobException e) when (e.Kind == BlobErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <summary>Creates a blob of these bytes if its name is free; see <see cref="IBlobStore.TryCreateAsync"/>.</summary>
    public static async ValueTask<bool> TryCreateAsync(this IBlobStore store, string name, byte[] content, CancellationToken cancellation = default)
    {
        await using var stream = new MemoryStream(content, writable: false);
        return await store.TryCreateAsync(name, stream, cancellation);
    }
}
