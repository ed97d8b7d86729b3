namespace Dapr;

/// <summary>A sidecar's API answered with an error.</summary>
public class DaprApiException : DaprException
{
    private const string Unknown = "UNKNOWN";

    /// <summary>An error of which nothing is known.</summary>
    public DaprApiException()
        : this("A sidecar's API answered with an error.", Unknown, isTransient: false)
    {
    }

    /// <summary>An error without a code.</summary>
    public DaprApiException(string message)
        : this(message, Unknown, isTransient: false)
    {
    }

    /// <summary>An error with what caused it and without a code.</summary>
    public DaprApiException(string message, Exception? innerException)
        : this(message, innerException, Unknown, isTransient: false)
    {
    }

    /// <summary>An error of which no more than the API's code is known.</summary>
    public DaprApiException(string errorCode, bool isTransient)
        : this($"A sidecar's API answered with the error {errorCode}.", errorCode, isTransient)
    {
    }

    /// <summary>An error with the API's code.</summary>
    public DaprApiException(string message, string errorCode, bool isTransient)
        : this(message, inner: null, errorCode, isTransient)
    {
    }

    /// <summary>An error with what caused it and the API's code.</summary>
    public DaprApiException(string message, Exception? inner, string errorCode, bool isTransient)
        : base(message, inner)
    {
        ErrorCode = string.IsNullOrEmpty(errorCode) ? Unknown : errorCode;
        IsTransient = isTransient;
    }

    /// <summary>The API's code, for instance <c>ERR_ACTOR_INVOKE_METHOD</c>. Default: UNKNOWN.</summary>
    public string ErrorCode { get; }

    /// <summary>Whether the same call may work later. Default: false.</summary>
    public bool IsTransient { get; }
}
