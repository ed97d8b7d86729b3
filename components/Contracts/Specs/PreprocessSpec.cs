using System.Text.Json;
using System.Text.Json.Serialization;

namespace Serverless.Contracts.Specs;

/// <summary>
/// How a row becomes a prompt: either <see cref="Messages"/> or <see cref="Prompt"/>. Texts are Jinja templates over
/// <c>row</c>, the input columns.
/// </summary>
public sealed record PreprocessSpec
{
    /// <summary>A conversation, rendered by the model's chat template. Default: none.</summary>
    [JsonPropertyName("messages")]
    public IReadOnlyList<MessageSpec>? Messages { get; init; }

    /// <summary>Plain text, not passed through the chat template. Default: none.</summary>
    [JsonPropertyName("prompt")]
    public string? Prompt { get; init; }

    /// <summary>Values of vLLM's SamplingParams by name; texts are templates. Default: the model's own.</summary>
    [JsonPropertyName("sampling_params")]
    public IReadOnlyDictionary<string, JsonElement>? SamplingParams { get; init; }
}

/// <summary>One turn of a conversation.</summary>
public sealed record MessageSpec
{
    /// <summary><c>system</c>, <c>user</c>, <c>assistant</c>, or what else the model's template knows; a template.</summary>
    [JsonPropertyName("role")]
    public required string Role { get; init; }

    /// <summary>What is said; a template.</summary>
    [JsonPropertyName("content")]
    public required string Content { get; init; }
}

/// <summary>Columns made from what was generated.</summary>
public sealed record PostprocessSpec
{
    /// <summary>
    /// Column name to Jinja template over <c>row</c>, input and engine columns together. A template that is only
    /// <c>{{ row.x }}</c> keeps x's type, any other gives text.
    /// </summary>
    [JsonPropertyName("columns")]
    public required IReadOnlyDictionary<string, string> Columns { get; init; }
}
