namespace Serverless.Inference.Chat;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c> or whatever else the model's template knows.</param>
/// <param name="Content">What was said.</param>
public sealed record ChatMessage(string Role, string? Content)
{
    /// <summary>Further fields that the template may read, such as <c>name</c> or <c>tool_calls</c>; JSON-like values.</summary>
    public IReadOnlyDictionary<string, object?>? Extra { get; init; }
}
