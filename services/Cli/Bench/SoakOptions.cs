namespace Serverless.Cli.Bench;

/// <summary>How long a soak lasts, and what it can compare.</summary>
/// <param name="Duration">For how long requests are sent.</param>
/// <param name="BatchInvariant">Whether a request's tokens are the same alone, which is then checked.</param>
internal sealed record SoakOptions(TimeSpan Duration, bool BatchInvariant);

/// <summary>A soak found something that must not be; the message says what.</summary>
internal sealed class SoakFailedException(string message) : Exception(message);
