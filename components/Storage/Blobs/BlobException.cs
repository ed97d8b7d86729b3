namespace Serverless.Storage.Blobs;

/// <summary>Why a store refused.</summary>
public enum BlobErrorKind
{
    /// <summary>There is no such blob.</summary>
    NotFound,

    /// <summary>The name is not one that a blob may have.</summary>
    InvalidName,

    /// <summary>Not permitted, or the file system is read-only.</summary>
    AccessDenied,

    /// <summary>The disk or a quota is full.</summary>
    NoSpace,

    /// <summary>The container that blobs would lie in does not exist.</summary>
    NoStore,

    /// <summary>The content is larger than a blob may be.</summary>
    TooLarge,

    /// <summary>The blob was written anew while it was read.</summary>
    Changed,

    /// <summary>Anything else: worth another try.</summary>
    Unavailable,
}

/// <summary>A blob store could not do what was asked; the message names the operation, the path, the reason and what helps.</summary>
public sealed class BlobException(BlobErrorKind kind, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>Why.</summary>
    public BlobErrorKind Kind => kind;
}
