using System.Text.Json.Serialization;

namespace Serverless.Contracts.Errors;

/// <summary>Why a row has no answer; the output column <c>error</c>.</summary>
/// <param name="Type">One of <see cref="ErrorCodes"/>.</param>
/// <param name="Message">What, where, and what to do.</param>
/// <param name="Stage">Where it happened, one of <see cref="RowStages"/>.</param>
public sealed record RowError(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("stage")] string Stage);

/// <summary>The stages that a row passes, in order.</summary>
public static class RowStages
{
    /// <summary>Reading it from the input.</summary>
    public const string Read = "read";

    /// <summary>Making its prompt.</summary>
    public const string Preprocess = "preprocess";

    /// <summary>Chat template and tokenizer.</summary>
    public const string Tokenize = "tokenize";

    /// <summary>Generating.</summary>
    public const string Engine = "engine";

    /// <summary>Making its output columns.</summary>
    public const string Postprocess = "postprocess";
}
