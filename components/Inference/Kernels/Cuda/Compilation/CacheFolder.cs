namespace Serverless.Inference.Kernels.Cuda;

/// <summary>Where compiled kernels are kept.</summary>
internal static class CacheFolder
{
    /// <summary>
    /// <c>SERVERLESS_CACHE</c>, else <c>XDG_CACHE_HOME/serverless</c>, else <c>~/.cache/serverless</c>; in it the folder <c>cuda</c>. It need not exist.
    /// </summary>
    /// <param name="variable">Gives an environment variable's value, or null. Default: the process's environment.</param>
    public static string Find(Func<string, string?>? variable = null)
    {
        var read = variable ?? Environment.GetEnvironmentVariable;
        string? Value(string name) => read(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

        string root = Value("SERVERLESS_CACHE") ?? Path.Combine(
            Value("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "serverless");
        return Path.GetFullPath(Path.Combine(root, "cuda"));
    }
}
