using System.Net;

namespace Dapr.SidecarApi;

/// <summary>The sidecar answered with an error, or could not be reached.</summary>
public sealed class SidecarException : Exception
{
    internal SidecarException(string message, HttpStatusCode? status, string? errorCode, Exception? inner = null)
        : base(message, inner)
    {
        Status = status;
        ErrorCode = errorCode;
    }

    /// <summary>The answer's status. Null: the sidecar could not be reached.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>The API's code, for instance <c>ERR_PUBSUB_NOT_FOUND</c>. Null: the answer has none.</summary>
    public string? ErrorCode { get; }
}
