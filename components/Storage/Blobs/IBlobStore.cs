namespace Serverless.Storage.Blobs;

/// <summary>
/// Named sequences of bytes under one root. Names are relative paths with <c>/</c>, without empty, <c>.</c> and <c>..</c> segments.
/// A name shows either nothing or a whole blob, never a part of one. Members may be called at the same time.
/// Failures are <see cref="BlobException"/>s.
/// </summary>
public interface IBlobStore : IDisposable
{
    /// <summary>
    /// Creates a blob if its name is free: the fence of exactly-once output. Of several callers exactly one gets true.
    /// When it returns, the blob under the name (one's own, or the winner's) is durable.
    /// </summary>
    /// <returns>False if the name is taken; nothing has changed then.</returns>
    ValueTask<bool> TryCreateAsync(string name, Stream content, CancellationToken cancellation = default);

    /// <summary>As <see cref="TryCreateAsync"/> with the content of a local file, which is used up: it is gone afterwards, whoever won.
    /// Fastest for a file from <see cref="CreateScratch"/>. If it throws, the file may still be there.</summary>
    ValueTask<bool> TryCreateFromFileAsync(string name, string file, CancellationToken cancellation = default);

    /// <summary>Creates a blob or replaces the one there, atomically: readers see the old or the new. Durable when it returns.</summary>
    ValueTask ReplaceAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default);

    /// <summary>Opens a blob to read <paramref name="length"/> bytes from <paramref name="offset"/> (null: to its end; past the end there
    /// is nothing to read). The stream can seek, 0 being <paramref name="offset"/>.</summary>
    /// <exception cref="BlobException">Kind NotFound if there is no such blob.</exception>
    ValueTask<Stream> OpenReadAsync(string name, long offset = 0, long? length = null, CancellationToken cancellation = default);

    /// <summary>The blob as a local file, for readers that need one: in a local store the blob itself, otherwise a copy that is
    /// there as long as the returned object. Not to be written to.</summary>
    /// <exception cref="BlobException">Kind NotFound if there is no such blob.</exception>
    ValueTask<LocalFile> GetLocalFileAsync(string name, CancellationToken cancellation = default);

    /// <summary>Size, ETag and time of a blob; null if there is none.</summary>
    ValueTask<BlobInfo?> GetInfoAsync(string name, CancellationToken cancellation = default);

    /// <summary>The blobs whose names start with <paramref name="prefix"/>, in ordinal order of their names.</summary>
    IAsyncEnumerable<BlobInfo> ListAsync(string prefix = "", CancellationToken cancellation = default);

    /// <summary>Deletes a blob; false if there was none. For temporary and <c>_work</c> blobs: a visible part is final.</summary>
    ValueTask<bool> DeleteAsync(string name, CancellationToken cancellation = default);

    /// <summary>A new, empty local file for content that is going to <see cref="TryCreateFromFileAsync"/>; deleted when disposed, unless used up.</summary>
    LocalFile CreateScratch();
}

/// <summary>What a store knows of a blob.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="ETag">Opaque; differs whenever the content was written anew.</param>
/// <param name="LastModified">When it was written.</param>
public sealed record BlobInfo(string Name, long Size, string ETag, DateTimeOffset LastModified);

/// <summary>A local file that is deleted on disposal if it is temporary.</summary>
public sealed class LocalFile : IDisposable
{
    private Action? release;

    /// <summary>A file.</summary>
    /// <param name="path">Its absolute path.</param>
    /// <param name="temporary">Whether it goes with this object.</param>
    public LocalFile(string path, bool temporary)
        : this(path, temporary ? () => File.Delete(path) : null)
    {
    }

    /// <param name="path">Its absolute path.</param>
    /// <param name="release">Told once that the file is not needed any more.</param>
    internal LocalFile(string path, Action? release) => (Path, this.release) = (path, release);

    /// <summary>Its absolute path.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref release, null)?.Invoke();
}
