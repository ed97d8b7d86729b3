namespace Serverless.Inference.Loading.Hub;

/// <summary>A model of a hub: <c>hf://org/name[@revision]</c>.</summary>
/// <param name="Repository">Owner and name, such as <c>meta-llama/Llama-3.2-1B</c>.</param>
/// <param name="Revision">Branch, tag, pull request or commit. Default: main.</param>
public sealed record HubReference(string Repository, string Revision = "main")
{
    /// <summary>How such a reference begins.</summary>
    public const string Scheme = "hf://";

    /// <summary>Whether the revision is a full commit hash, which never changes its meaning.</summary>
    public bool IsCommit => Revision.Length == 40 && Revision.All(char.IsAsciiHexDigitLower);

    /// <summary>Reads a reference.</summary>
    /// <exception cref="InferenceException">It is not of that form.</exception>
    public static HubReference Parse(string source)
    {
        string rest = source.StartsWith(Scheme, StringComparison.Ordinal) ? source[Scheme.Length..] : source;
        int at = rest.IndexOf('@', StringComparison.Ordinal);
        var reference = at < 0 ? new HubReference(rest) : new HubReference(rest[..at], rest[(at + 1)..]);
        string[] repository = reference.Repository.Split('/');
        if (repository.Length <= 2 && repository.All(IsName) && reference.Revision.Split('/').All(IsName)) return reference;
        throw ModelErrors.Download($"\"{source}\" names no model: expected hf://org/name or hf://org/name@revision.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Scheme}{Repository}@{Revision}";

    /// <summary>Names become parts of paths and addresses: they begin with a letter or digit, which rules out "." and "..".</summary>
    private static bool IsName(string part) =>
        part.Length > 0 && char.IsAsciiLetterOrDigit(part[0]) && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '+');
}
