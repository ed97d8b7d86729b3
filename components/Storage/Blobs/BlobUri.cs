using System.Text.RegularExpressions;
using Serverless.Storage.Blobs.AzureStorage;

namespace Serverless.Storage.Blobs;

/// <summary>
/// Where data lies, as job files and command lines name it: <c>az://container/path</c>, <c>local:///absolute/path</c>,
/// <c>file:///absolute/path</c> (all with percent escapes) or a plain path, which may be relative and is taken as it is.
/// <c>?</c>, <c>#</c> and <c>*</c> stand for themselves.
/// </summary>
public sealed partial record BlobUri
{
    private const string Supported = "supported are az://container/path, local:///absolute/path, file:///absolute/path and plain paths";

    private BlobUri(string? container, string path, bool isFolder) => (Container, Path, IsFolder) = (container, path, isFolder);

    /// <summary>The container of Azure Blob Storage; null for a local path.</summary>
    public string? Container { get; }

    /// <summary>Whether it is a path of this machine.</summary>
    public bool IsLocal => Container is null;

    /// <summary>The absolute local path; or the path in the container, empty for its root. Without a slash at its end.</summary>
    public string Path { get; }

    /// <summary>Whether it was written with a slash at its end.</summary>
    public bool IsFolder { get; }

    /// <summary>Reads one; relative paths count from <paramref name="baseFolder"/>. Default: the current folder.</summary>
    /// <exception cref="FormatException">Another scheme, a host, <c>..</c> or a bad escape in a URI, or nothing at all.</exception>
    public static BlobUri Parse(string text, string? baseFolder = null)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Contains('\0')) throw new FormatException($"\"{text}\" is not a location; {Supported}.");
        var scheme = SchemePattern().Match(text);
        var name = scheme.Groups["scheme"].Value.ToLowerInvariant();
        if (name == "az") return FromAzure(text, text[scheme.Length..]);
        var path = scheme.Success ? FromUri(text, name, text[scheme.Length..]) : text;
        var full = System.IO.Path.GetFullPath(path, System.IO.Path.GetFullPath(baseFolder ?? "."));
        return new BlobUri(null, full.Length > 1 ? full.TrimEnd('/') : full, path.EndsWith('/'));
    }

    /// <summary>The place below this one, taken as a folder, that a relative name says.</summary>
    public BlobUri Below(string name) => new(Container, Path.Length == 0 ? name : $"{Path.TrimEnd('/')}/{name}", isFolder: false);

    /// <summary>The folder that this lies in, and its name there.</summary>
    public (BlobUri Folder, string Name) Split()
    {
        var slash = Path.LastIndexOf('/');
        return (new(Container, slash > 0 ? Path[..slash] : IsLocal ? "/" : "", isFolder: true), Path[(slash + 1)..]);
    }

    /// <summary>A store whose root is this folder. Of Azure, the account is the one that the environment names.</summary>
    /// <exception cref="BlobException">Kind AccessDenied: the environment names none.</exception>
    public IBlobStore OpenFolder() =>
        Container is null ? new LocalBlobStore(Path) : new AzureBlobStore(AzureAccount.FromEnvironment(), Container, Path);

    /// <summary>The URI form, <c>local:///path</c> or <c>az://container/path</c>, with escapes.</summary>
    public override string ToString()
    {
        var path = string.Join('/', Path.Split('/').Select(Uri.EscapeDataString));
        return IsLocal ? $"local://{path}{(IsFolder && Path.Length > 1 ? "/" : "")}" : $"az://{Container}/{path}{(IsFolder && Path.Length > 0 ? "/" : "")}";
    }

    private static BlobUri FromAzure(string text, string rest)
    {
        var slash = rest.IndexOf('/');
        var container = slash < 0 ? rest : rest[..slash];
        if (!ContainerPattern().IsMatch(container))
            throw new FormatException($"\"{text}\": \"{container}\" is no name of a container; it has 3 to 63 lower-case letters, digits and single hyphens (az://container/path).");
        var path = slash < 0 ? "" : Segments(text, rest[slash..]);
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(segment => segment != ".");
        return new BlobUri(container, string.Join('/', names), slash < 0 || path.EndsWith('/'));
    }

    private static string FromUri(string text, string scheme, string rest)
    {
        if (scheme is not ("local" or "file")) throw new FormatException($"\"{text}\": {scheme}:// is not supported yet; {Supported}.");
        if (rest.StartsWith("localhost/", StringComparison.OrdinalIgnoreCase)) rest = rest["localhost".Length..];
        if (!rest.StartsWith('/'))
            throw new FormatException($"\"{text}\" names a host; a local path has three slashes: {scheme}:///{rest}.");
        return Segments(text, rest);
    }

    private static string Segments(string text, string rest)
    {
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

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ContainerPattern();

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BadEscapePattern();
}
