using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Serverless.Inference.Loading.Hub;

/// <summary>One file of a revision, as the hub describes it.</summary>
/// <param name="Name">Its name; the engine needs files of the repository's root only.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ETag">Names its content: SHA-256 for large files, the Git object's name for others.</param>
internal sealed record HubFile(string Name, long Size, string ETag)
{
    /// <summary>SHA-256 of the content in lower-case hexadecimal, where the hub knows it.</summary>
    public string? Sha256 => ETag.Length == 64 && ETag.All(char.IsAsciiHexDigitLower) ? ETag : null;

    /// <summary>Reads what the hub's answer to HEAD says; large files are described by the x-linked headers of a redirect.</summary>
    /// <exception cref="InferenceException">The hub does not say what is needed to check a download.</exception>
    public static HubFile Describe(string name, Uri address, HttpResponseMessage response)
    {
        string? tag = Header(response.Headers, "X-Linked-ETag") ?? Header(response.Headers, "ETag");
        if (tag is null) throw ModelErrors.Download($"{address} has no ETag header, so that its content cannot be identified; is HF_ENDPOINT a model hub?");
        long? size = Header(response.Headers, "X-Linked-Size") is { } text && long.TryParse(text, out long linked) ? linked : response.Content.Headers.ContentLength;
        if (size is not { } bytes) throw ModelErrors.Download($"{address} has neither X-Linked-Size nor Content-Length, so that a download cannot be checked.");
        return new HubFile(name, bytes, FileNameOf(tag));
    }

    /// <summary>Tags become file names of the cache: anything unusual in one is replaced by its hash.</summary>
    private static string FileNameOf(string tag)
    {
        if (tag.StartsWith("W/", StringComparison.Ordinal)) tag = tag[2..];
        tag = tag.Trim('"');
        bool plain = tag.Length is > 0 and <= 128 && tag.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
        // The prefix keeps it from being taken for the SHA-256 of the content.
        return plain ? tag : "tag-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(tag)));
    }

    private static string? Header(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.First() : null;
}
