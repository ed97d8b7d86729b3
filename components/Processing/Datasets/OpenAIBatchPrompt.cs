using Serverless.Contracts.Errors;
using Serverless.Inference.Chat;
using Serverless.Inference.Sampling;
using Serverless.Processing.Rows;
using Serverless.Processing.Templates;

namespace Serverless.Processing.Datasets;

/// <summary>
/// Makes prompts of request bodies of the OpenAI API (chat completions, completions). The job names the model, so a body's
/// <c>model</c> is carried, not obeyed. (https://platform.openai.com/docs/api-reference/chat/create)
/// </summary>
internal static class OpenAIBatchPrompt
{
    /// <summary>Fields that change no completion here.</summary>
    static readonly HashSet<string> Ignored = ["model", "user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key", "messages", "prompt", "logprobs", "top_logprobs", "max_completion_tokens"];

    /// <summary>Fields that change completions in ways that this version cannot follow, unless they say the default.</summary>
    static readonly HashSet<string> Unsupported = ["tools", "tool_choice", "functions", "function_call", "response_format", "stream", "modalities", "audio", "suffix", "echo", "best_of", "parallel_tool_calls", "reasoning_effort"];

    /// <param name="row">A line of the file.</param>
    /// <param name="defaults">The job's own sampling parameters, which a body's go over.</param>
    /// <exception cref="RowException">The body asks for something that cannot be done.</exception>
    public static Prompt Read(Row row, SamplingParams? defaults)
    {
        var body = row.GetStruct(OpenAIBatchFormat.Body)!;
        var isChat = row[OpenAIBatchFormat.Url] is OpenAIBatchFormat.ChatUrl;
        foreach (var (name, _) in body.Where(field => Unsupported.Contains(field.Key) && !IsDefault(field.Key, field.Value)))
            throw Wrong($"body.{name} is not supported yet");
        var sampling = SamplingValues.Apply(Start(isChat, defaults), body.Where(field => !Ignored.Contains(field.Key) && !Unsupported.Contains(field.Key)));
        sampling = SamplingValues.Apply(sampling, Renamed(body, isChat));
        return isChat
            ? new Prompt { Messages = Messages(body), SamplingParams = sampling }
            : new Prompt { Text = body.GetValueOrDefault("prompt") as string ?? throw Wrong($"body.prompt: expected a text, found {RowValue.Describe(body.GetValueOrDefault("prompt"))}"), SamplingParams = sampling };
    }

    static bool IsDefault(string name, object? value) => (name, value) switch
    {
        (_, null or false) => true,
        ("tools" or "functions", IReadOnlyList<object?> { Count: 0 }) => true,
        ("tool_choice" or "function_call", "none" or "auto") => true,
        ("response_format", IReadOnlyDictionary<string, object?> format) => format.GetValueOrDefault("type") is "text",
        ("modalities", IReadOnlyList<object?> list) => list is ["text"],
        ("best_of", 1L) => true,
        ("parallel_tool_calls", true) => true,
        _ => false,
    };

    // Chat completions go on to the end of the context unless told otherwise; completions have 16 tokens, like vLLM's.
    static SamplingParams Start(bool isChat, SamplingParams? defaults) => defaults ?? (isChat ? new SamplingParams { MaxTokens = int.MaxValue } : new SamplingParams());

    static IEnumerable<KeyValuePair<string, object?>> Renamed(IReadOnlyDictionary<string, object?> body, bool isChat)
    {
        if (body.GetValueOrDefault("max_completion_tokens") is { } most)
            yield return KeyValuePair.Create<string, object?>("max_tokens", most);
        var logprobs = body.GetValueOrDefault("logprobs");
        if (isChat && logprobs is true)
            yield return KeyValuePair.Create<string, object?>("logprobs", body.GetValueOrDefault("top_logprobs") ?? 0L);
        else if (!isChat && logprobs is not null)
            yield return KeyValuePair.Create<string, object?>("logprobs", logprobs);
    }

    static List<ChatMessage> Messages(IReadOnlyDictionary<string, object?> body)
    {
        if (body.GetValueOrDefault("messages") is not IReadOnlyList<object?> { Count: > 0 } list)
            throw Wrong($"body.messages: expected a list of messages, found {RowValue.Describe(body.GetValueOrDefault("messages"))}");
        return [.. list.Select((message, i) => Message(message, $"body.messages[{i}]"))];
    }

    static ChatMessage Message(object? value, string path)
    {
        if (value is not IReadOnlyDictionary<string, object?> message || message.GetValueOrDefault("role") is not string role)
            throw Wrong($"{path}: expected a mapping with a role, found {RowValue.Describe(value)}");
        var extra = message.Where(field => field.Key is not ("role" or "content")).ToDictionary();
        return new ChatMessage(role, Content(message.GetValueOrDefault("content"), $"{path}.content")) { Extra = extra.Count == 0 ? null : extra };
    }

    static string? Content(object? content, string path) => content switch
    {
        null => null,
        string text => text,
        IReadOnlyList<object?> parts => string.Concat(parts.Select((part, i) => TextPart(part, $"{path}[{i}]"))),
        _ => throw Wrong($"{path}: expected a text or a list of parts, found {RowValue.Describe(content)}"),
    };

    static string TextPart(object? part, string path) =>
        part is IReadOnlyDictionary<string, object?> fields && fields.GetValueOrDefault("type") is "text" && fields.GetValueOrDefault("text") is string text
            ? text
            : throw Wrong($"{path}: only parts of type \"text\" are supported");

    static RowException Wrong(string message) => new(ErrorCodes.InvalidRequest, message);
}
