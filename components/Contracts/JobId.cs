using System.Security.Cryptography;

namespace Serverless.Contracts;

/// <summary>
/// The name of a job: 1 to 64 of <c>a-z A-Z 0-9 . _ -</c>, beginning with a letter or a digit, so that it can stand in a path, an
/// address and an actor's id without escaping.
/// </summary>
public static class JobId
{
    const int MaxLength = 64;

    /// <summary>Whether a client's id can be used.</summary>
    /// <param name="id">The id.</param>
    public static bool IsValid(string id) =>
        id.Length is > 0 and <= MaxLength && char.IsAsciiLetterOrDigit(id[0]) && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <summary>Makes an id whose order is the order of creation: <c>job-{milliseconds, hex}-{random}</c>.</summary>
    /// <param name="now">The present.</param>
    public static string Create(DateTimeOffset now)
    {
        Span<byte> random = stackalloc byte[5];
        RandomNumberGenerator.Fill(random);
        return $"job-{now.ToUnixTimeMilliseconds():x11}-{Convert.ToHexStringLower(random)}";
    }
}
