using System.Text.RegularExpressions;

namespace Serverless.Storage.Blobs;

/// <summary>
/// Where data lies, as job files and command lines name it: <c>local:///absolute/path</c>, <c>file:///absolute/path</c> (both with percent
/// escapes) or a plain path, which may be relative and is taken as it is. <c>?</c>, <c>#</c> and <c>*</c> stand for themselves.
/// </summary>
public sealed partial record BlobUri
{
    private const string Supported = "supported are local:///absolute/path, file:///absolute/path and plain paths";

    private BlobUri(string path, bool isFolder) => (Path, IsFolder) = (path, isFolder);

    /// <summary>The absolute local path, without a slash at its end.</summary>
    public string Path { get; }

    /// <summary>Whether it was written with a slash at its end.</summary>
    public bool IsFolder { get; }

    /// <summary>Reads one; relative paths count from <paramref name="baseFolder"/>. Default: the current folder.</summary>
    /// <exception cref="FormatException">Another scheme, a host, <c>..</c> or a bad escape in a URI, or nothing at all.</exception>
    public static BlobUri Parse(string text, string? baseFolder = null)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Contains('\0')) throw new FormatException($"\"{text}\" is not a location; {Supported}.");
        var scheme = SchemePattern().Match(text);
        var path = scheme.Success ? FromUri(text, scheme.Groups["scheme"].Value.ToLowerInvariant(), text[scheme.Length..]) : text;
        var full = System.IO.Path.GetFullPath(path, System.IO.Path.GetFullPath(baseFolder ?? "."));
        return new BlobUri(full.Length > 1 ? full.TrimEnd('/') : full, path.EndsWith('/'));
    }

    /// <summary>A store whose root is this folder.</summary>
    public IBlobStore OpenFolder() => new LocalBlobStore(Path);

    /// <summary>The URI form, <c>local:///path</c>, with escapes.</summary>
    public override string ToString() =>
        "local://" + string.Join('/', Path.Split('/').Select(Uri.EscapeDataString)) + (IsFolder && Path.Length > 1 ? "/" : "");

    private static string FromUri(string text, string scheme, string rest)
    {
        if (scheme is not ("local" or "file")) throw new FormatException($"\"{text}\": {scheme}:// is not supported yet; {Supported}.");
        if (rest.StartsWith("localhost/", StringComparison.OrdinalIgnoreCase)) rest = rest["localhost".Length..];
        if (!rest.StartsWith('/'))
            throw new FormatException($"\"{text}\" names a host; a local path has three slashes: {scheme}:///{rest}.");
        var segments = rest.Split('/').Select(segment => Unescape(text, segment)).ToArray();
        if (segments.Contains("..")) throw new FormatException($"\"{text}\" has a \"..\" in it; write the path that is meant.");
        return string.Join('/', segments);
    }

    private static string Unescape(string text, string segment)
    {
        if (BadEscapePattern().IsMatch(segment)) throw new FormatException($"\"{text}\" has a % that is not followed by two hexadecimal digits; write %25.");
        var plain = Uri.UnescapeDataString(segment);
        return plain.Contains('/') || plain.Contains('\0') ? throw new FormatException($"\"{text}\" has an escaped slash or NUL in it.") : plain;
    }

    [GeneratedRegex("^(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SchemePattern();

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BadEscapePattern();
}
