using Serverless.Inference.Sampling;

namespace Serverless.Inference;

/// <summary>Why a completion ended.</summary>
public enum FinishReason
{
    /// <summary>An end-of-sequence token, a stop token or a stop string.</summary>
    Stop,

    /// <summary><c>max_tokens</c> or the context length was reached.</summary>
    Length,

    /// <summary>The request was cancelled.</summary>
    Cancelled,

    /// <summary>The request failed; see <see cref="GenerationResult.Error"/>.</summary>
    Error,
}

/// <summary>What went wrong with one request.</summary>
/// <param name="Code">One of <see cref="InferenceErrorCodes"/>.</param>
/// <param name="Message">What, where, and what to do.</param>
public sealed record GenerationError(string Code, string Message);

/// <summary>One of the <c>n</c> continuations of a prompt.</summary>
/// <param name="Index">0 .. n-1.</param>
/// <param name="Text">The text, without stop strings unless asked for.</param>
/// <param name="TokenIds">The generated tokens, including the end-of-sequence token if one was sampled.</param>
/// <param name="FinishReason">Why it ended.</param>
/// <param name="Logprobs">One entry a token, if <see cref="SamplingParams.Logprobs"/> asked for them.</param>
public sealed record Completion(int Index, string Text, IReadOnlyList<int> TokenIds, FinishReason FinishReason, IReadOnlyList<TokenLogprobs>? Logprobs = null)
{
    /// <summary>How many tokens it has; null where a server tells only the sum over all completions. Default: as many as there are ids.</summary>
    public int? NumTokens { get; init; } = TokenIds.Count;
}

/// <summary>The natural logarithms of the probabilities at one position.</summary>
/// <param name="TokenId">The token that was taken.</param>
/// <param name="Logprob">Its log-probability, from the model's logits before temperature and truncation.</param>
/// <param name="Top">The most probable tokens, best first.</param>
public sealed record TokenLogprobs(int TokenId, float Logprob, IReadOnlyList<TokenLogprob> Top);

/// <summary>A token and its log-probability.</summary>
/// <param name="TokenId">The token.</param>
/// <param name="Logprob">Natural logarithm of its probability.</param>
public readonly record struct TokenLogprob(int TokenId, float Logprob);

/// <summary>Everything about one finished request.</summary>
public sealed record GenerationResult
{
    /// <summary>The request, as it was prepared.</summary>
    public required GenerationRequest Request { get; init; }

    /// <summary>The completions by index; empty if the request failed before it ran.</summary>
    public IReadOnlyList<Completion> Completions { get; init; } = [];

    /// <summary>Tokens of the prompt.</summary>
    public int NumInputTokens { get; init; }

    /// <summary>Tokens of the prompt whose KV blocks were found in the prefix cache.</summary>
    public int NumCachedTokens { get; init; }

    /// <summary>Tokens of all completions together. Default: the sum of what they have.</summary>
    public int NumGeneratedTokens
    {
        get => field >= 0 ? field : Completions.Sum(completion => completion.NumTokens ?? 0);
        init;
    } = -1;

    /// <summary>From submission to completion.</summary>
    public TimeSpan TimeTaken { get; init; }

    /// <summary>Null for a request that ran to its end.</summary>
    public GenerationError? Error { get; init; }
}

/// <summary>A piece of a completion as it is generated.</summary>
/// <param name="Index">Which completion, 0 .. n-1.</param>
/// <param name="Text">New text; whole characters only, may be empty.</param>
/// <param name="TokenIds">The tokens since the last delta.</param>
/// <param name="FinishReason">Set on the last delta of the completion.</param>
public sealed record GenerationDelta(int Index, string Text, IReadOnlyList<int> TokenIds, FinishReason? FinishReason = null);
