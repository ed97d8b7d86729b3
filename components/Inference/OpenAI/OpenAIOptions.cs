namespace Serverless.Inference.OpenAI;

/// <summary>A server that speaks the OpenAI API (vLLM, SGLang, llama.cpp, a hosted one), and how to talk to it.</summary>
/// <param name="BaseUrl">Its address up to and with the version, such as <c>http://host:8000/v1</c>.</param>
/// <param name="Model">The model's name there.</param>
public sealed record OpenAIOptions(Uri BaseUrl, string Model)
{
    /// <summary>Requests at once by default.</summary>
    public const int DefaultMaxNumSeqs = 128;

    /// <summary>Sent as bearer token. Default: none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>What people call the key, for messages. Default: none.</summary>
    public string? ApiKeyName { get; init; }

    /// <summary>Requests at once; fewer while the server says that it is overloaded. Default: 128.</summary>
    public int MaxNumSeqs { get; init; } = DefaultMaxNumSeqs;

    /// <summary>How long one try of a request may take. Default: 10 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Tries of a request that the server was too busy for or did not answer. Default: 8.</summary>
    public int MaxAttempts { get; init; } = 8;

    /// <summary>The pause after the first try is at most this; the bound doubles with each. Default: 0.5 s.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Bound of every pause, also of one that the server asks for. Default: 60 s.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Seed of requests that name none; 0 leaves it to the server. Default: 0.</summary>
    public long Seed { get; init; }

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
