using Azure;
using Azure.Identity;

namespace Serverless.Storage.Blobs.AzureStorage;

/// <summary>What the service or the way to it answered, as <see cref="BlobException"/>s. Retries are over by then.</summary>
internal static class AzureErrors
{
    private const int NoSpaceErrno = 28;

    /// <summary>Whether <see cref="Translate"/> has something to say of it; the caller's own cancellation stays what it is.</summary>
    internal static bool IsOfAzure(Exception exception, CancellationToken cancellation) => exception switch
    {
        BlobException => false,
        OperationCanceledException => !cancellation.IsCancellationRequested,
        _ => exception is RequestFailedException or AuthenticationFailedException or AggregateException or IOException or HttpRequestException or TimeoutException,
    };

    /// <summary>Whether a request that failed like this was surely not carried out.</summary>
    internal static bool IsRefusal(Exception exception) => exception switch
    {
        AuthenticationFailedException => true,
        RequestFailedException { ErrorCode: "UnauthorizedBlobOverwrite" } => false,
        RequestFailedException { Status: var status } => status is 400 or 401 or 403 or 404 or 413,
        _ => false,
    };

    /// <summary>The error to throw instead.</summary>
    internal static BlobException Translate(string operation, Uri blob, Exception exception)
    {
        var (kind, reason) = exception switch
        {
            AuthenticationFailedException =>
                (BlobErrorKind.AccessDenied, $"no identity of this process is accepted ({FirstLine(exception)}); set AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, or give the process a managed identity"),
            RequestFailedException error => Of(error),
            AggregateException { InnerExceptions: [.., RequestFailedException { Status: > 0 } last] } => Of(last),
            IOException { HResult: NoSpaceErrno } => (BlobErrorKind.NoSpace, "the disk for temporary files (TMPDIR) is full"),
            OperationCanceledException or TimeoutException => (BlobErrorKind.Unavailable, "the service did not answer in time"),
            AggregateException { InnerExceptions: [.., var last] } => (BlobErrorKind.Unavailable, FirstLine(last)),
            _ => (BlobErrorKind.Unavailable, FirstLine(exception)),
        };
        return new BlobException(kind, $"Could not {operation} {blob.GetLeftPart(UriPartial.Path)}: {reason}.", exception);
    }

    private static (BlobErrorKind Kind, string Reason) Of(RequestFailedException error) => (error.Status, error.ErrorCode) switch
    {
        (404, "ContainerNotFound") => (BlobErrorKind.NoStore, "there is no such container; create it, or correct the address"),
        (404, _) => (BlobErrorKind.NotFound, "there is no such blob"),
        (401 or 403, _) => (BlobErrorKind.AccessDenied, $"access is denied ({Code(error)}); the credentials need to be allowed to read, write, list and delete blobs of the container"),
        (412, _) => (BlobErrorKind.Changed, "it was written anew meanwhile"),
        (413, _) => (BlobErrorKind.TooLarge, $"it is too large ({Code(error)})"),
        (400, "InvalidResourceName" or "OutOfRangeInput" or "InvalidUri") => (BlobErrorKind.InvalidName, $"the service does not take the name ({Code(error)})"),
        (429 or 503, _) => (BlobErrorKind.Unavailable, $"the service is busy ({Code(error)})"),
        (0, _) => (BlobErrorKind.Unavailable, FirstLine(error)),
        _ => (BlobErrorKind.Unavailable, $"the service answered {Code(error)}"),
    };

    private static string Code(RequestFailedException error) => error.ErrorCode is { Length: > 0 } code ? $"{error.Status} {code}" : $"{error.Status}";

    private static string FirstLine(Exception exception) => exception.Message.AsSpan().TrimStart() is var text && text.IndexOfAny('\r', '\n') is >= 0 and var end
        ? text[..end].TrimEnd(". ").ToString()
        : text.TrimEnd(". ").ToString();
}
