namespace Serverless.Storage.Blobs;

/// <summary>.NET's file exceptions as <see cref="BlobException"/>s: on Linux their HResult is the errno, save for a few of their own.</summary>
internal static class LocalErrors
{
    /// <summary>Whether <see cref="Translate"/> has something to say of it.</summary>
    internal static bool IsOfFiles(Exception exception) =>
        exception is (IOException or UnauthorizedAccessException) and not (BlobException or FailpointException);

    /// <summary>The error to throw instead.</summary>
    internal static BlobException Translate(string operation, string path, Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => LibC.Error(operation, path, 2, exception),
        UnauthorizedAccessException => LibC.Error(operation, path, 13, exception),
        PathTooLongException => LibC.Error(operation, path, 36, exception),
        _ when exception.HResult is > 0 and < 4096 => LibC.Error(operation, path, exception.HResult, exception),
        _ => new BlobException(BlobErrorKind.Unavailable, $"Could not {operation} {path}: {exception.Message}", exception),
    };
}
