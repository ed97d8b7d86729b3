using Serverless.Inference.Chat;
using Serverless.Inference.Sampling;

namespace Serverless.Inference;

/// <summary>One prompt and how to continue it. Exactly one of the three prompt forms is set by the caller.</summary>
public sealed record GenerationRequest
{
    /// <summary>The caller's name for it, returned with the result. Need not be unique.</summary>
    public string Id { get; init; } = "";

    /// <summary>A conversation, rendered by the model's chat template.</summary>
    public IReadOnlyList<ChatMessage>? Messages { get; init; }

    /// <summary>Plain text, tokenised with the model's special tokens (BOS where it has one). After <see cref="IGenerationEngine.Prepare"/>: the rendered prompt.</summary>
    public string? Prompt { get; init; }

    /// <summary>Tokens as they are.</summary>
    public int[]? PromptTokenIds { get; init; }

    /// <summary>Extra variables for the chat template, such as <c>enable_thinking</c>.</summary>
    public IReadOnlyDictionary<string, object?>? ChatTemplateKwargs { get; init; }

    /// <summary>How to sample. Default: the model's generation_config.json over vLLM's defaults.</summary>
    public SamplingParams? SamplingParams { get; init; }

    /// <summary>Whose request it is: prefix blocks are shared within a tenant only. Default: the empty tenant.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>The job that it belongs to: admission is fair between jobs. Default: the empty job.</summary>
    public string Job { get; init; } = "";

    /// <summary>Ends this request alone, at the next step; its result then has <see cref="FinishReason.Cancelled"/>.</summary>
    public CancellationToken CancellationToken { get; init; }
}
