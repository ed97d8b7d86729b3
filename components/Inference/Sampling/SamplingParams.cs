namespace Serverless.Inference.Sampling;

/// <summary>How to continue a prompt. Names, meaning and defaults follow vLLM's SamplingParams.</summary>
public sealed record SamplingParams
{
    /// <summary>Completions of the prompt. Default: 1.</summary>
    public int N { get; init; } = 1;

    /// <summary>Divides the logits; 0 is greedy. Default: 1.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Keep the smallest set of most probable tokens whose probability reaches this. Range (0, 1]. Default: 1.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Keep this many most probable tokens; 0 or -1 keeps all. Default: 0.</summary>
    public int TopK { get; init; }

    /// <summary>Keep tokens with at least this share of the best token's probability. Range [0, 1]. Default: 0.</summary>
    public float MinP { get; init; }

    /// <summary>Divides (positive) or multiplies (negative) logits of tokens of the prompt and completion so far. Above 0. Default: 1.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted from logits of tokens that the completion has. Range [-2, 2]. Default: 0.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Subtracted once for each time the completion has the token. Range [-2, 2]. Default: 0.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Most new tokens. Default: 16.</summary>
    public int MaxTokens { get; init; } = 16;

    /// <summary>No end-of-sequence or stop token before so many new tokens. Default: 0.</summary>
    public int MinTokens { get; init; }

    /// <summary>Random numbers are a function of seed, completion index and position. Default: the engine's seed with the request's prompt.</summary>
    public long? Seed { get; init; }

    /// <summary>Texts that end the completion; not part of it. Default: none.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Tokens that end the completion, besides the model's own. Default: none.</summary>
    public IReadOnlyList<int> StopTokenIds { get; init; } = [];

    /// <summary>Keep the stop string in the text. Default: false.</summary>
    public bool IncludeStopStrInOutput { get; init; }

    /// <summary>Go on after the end-of-sequence token. Default: false.</summary>
    public bool IgnoreEos { get; init; }

    /// <summary>Leave special tokens out of the text. Default: true.</summary>
    public bool SkipSpecialTokens { get; init; } = true;

    /// <summary>Log-probabilities of the token taken and of this many best ones, 0 .. 20. Default: none.</summary>
    public int? Logprobs { get; init; }

    /// <summary>Added to the logits of tokens. Default: none.</summary>
    public IReadOnlyDictionary<int, float>? LogitBias { get; init; }
}
