using System.Net;

namespace Serverless.Client;

/// <summary>The job service refused, or could not be reached.</summary>
/// <param name="status">The HTTP status; null if there was no answer.</param>
/// <param name="code">The error's stable code.</param>
/// <param name="message">What is wrong and what to do, every field of it.</param>
/// <param name="inner">The cause.</param>
public sealed class JobsException(HttpStatusCode? status, string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The HTTP status; null if there was no answer.</summary>
    public HttpStatusCode? Status => status;

    /// <summary>One of the error codes of Contracts, or of HTTP: not_found, unauthorized, forbidden, unavailable, unreachable.</summary>
    public string Code => code;
}
