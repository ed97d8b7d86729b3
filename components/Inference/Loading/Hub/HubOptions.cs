namespace Serverless.Inference.Loading.Hub;

/// <summary>Which hub to download from and where to keep what was downloaded. The names are those of Hugging Face's own tools.</summary>
public sealed record HubOptions
{
    /// <summary>Address of the hub (HF_ENDPOINT). Default: https://huggingface.co.</summary>
    public Uri Endpoint { get; init; } = new("https://huggingface.co");

    /// <summary>Access token for gated and private models (HF_TOKEN, or the file HF_TOKEN_PATH). It is sent to <see cref="Endpoint"/> only. Default: none.</summary>
    public string? Token { get; init; }

    /// <summary>Folder of downloads, shared with Hugging Face's tools (HF_HUB_CACHE, or HF_HOME/hub). Default: ~/.cache/huggingface/hub.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>Use what is in the cache and touch no network (HF_HUB_OFFLINE). Default: false.</summary>
    public bool Offline { get; init; }

    /// <summary>Failures in a row, without a byte in between, after which a download is given up. Default: 6.</summary>
    public int MaxAttempts { get; init; } = 6;

    /// <summary>How long a transfer may stand still before it counts as cut. Default: 60 seconds.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest wait that the hub may ask for (Retry-After) before the download is given up instead. Default: 5 minutes.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Reads the environment variables that Hugging Face's tools read.</summary>
    /// <param name="variable">Gives a variable's value, or null. Default: the process's environment.</param>
    /// <exception cref="InferenceException">A variable's value makes no sense.</exception>
    public static HubOptions FromEnvironment(Func<string, string?>? variable = null)
    {
        var read = variable ?? Environment.GetEnvironmentVariable;
        string? Value(string name) => read(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

        string endpoint = Value("HF_ENDPOINT") ?? "https://huggingface.co";
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw ModelErrors.Download($"HF_ENDPOINT: expected an http or https address, found \"{endpoint}\".");

        string home = Value("HF_HOME") ?? Path.Combine(
            Value("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "huggingface");
        string tokenFile = Value("HF_TOKEN_PATH") ?? Path.Combine(home, "token");
        string? token = Value("HF_TOKEN") ?? (File.Exists(tokenFile) ? File.ReadAllText(tokenFile).Trim() : null);
        return new HubOptions
        {
            Endpoint = address,
            Token = string.IsNullOrEmpty(token) ? null : token,
            CacheFolder = Path.GetFullPath(Value("HF_HUB_CACHE") ?? Path.Combine(home, "hub")),
            Offline = Value("HF_HUB_OFFLINE")?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE",
        };
    }
}
