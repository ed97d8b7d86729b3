using Serverless.Inference.Chat;
using Serverless.Inference.Sampling;

namespace Serverless.Processing;

/// <summary>What a row asks the model: one of <see cref="Messages"/>, <see cref="Text"/> and <see cref="TokenIds"/>, and how to sample.</summary>
public sealed record Prompt
{
    /// <summary>A conversation, rendered by the model's chat template. Default: none.</summary>
    public IReadOnlyList<ChatMessage>? Messages { get; init; }

    /// <summary>Plain text, not passed through the chat template. Default: none.</summary>
    public string? Text { get; init; }

    /// <summary>Tokens as they are. Default: none.</summary>
    public int[]? TokenIds { get; init; }

    /// <summary>How to sample. Default: the model's own generation settings.</summary>
    public SamplingParams? SamplingParams { get; init; }

    /// <summary>Further variables of the chat template for this row, over those of the engine. Default: none.</summary>
    public IReadOnlyDictionary<string, object?>? ChatTemplateKwargs { get; init; }
}
