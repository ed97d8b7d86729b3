using System.Globalization;
using System.Text.Json;

namespace Serverless.Inference.OpenAI;

/// <summary>Reads what a server answered.</summary>
internal static class Answer
{
    private const string TokenId = "token_id:";
    private const int LongestText = 2000;

    /// <summary>The result of a request that went well.</summary>
    /// <exception cref="JsonException">It is not what the API gives.</exception>
    internal static GenerationResult Read(GenerationRequest request, JsonElement answer, TimeSpan taken)
    {
        var isChat = request.Messages is not null;
        var choices = Array(answer, "choices").OrderBy(choice => Number(choice, "index") ?? 0).ToList();
        if (choices.Count == 0) throw new JsonException("it has no choices");
        var usage = Member(answer, "usage");
        var generated = Number(usage, "completion_tokens") ?? 0;
        var filtered = choices.Any(choice => Text(choice, "finish_reason") == "content_filter");
        return new GenerationResult
        {
            Request = request,
            Completions = filtered ? [] : [.. choices.Select((choice, index) => Completion(choice, index, isChat, choices.Count == 1 ? generated : null))],
            NumInputTokens = Number(usage, "prompt_tokens") ?? 0,
            NumCachedTokens = Number(Member(usage, "prompt_tokens_details"), "cached_tokens") ?? 0,
            NumGeneratedTokens = generated,
            TimeTaken = taken,
            Error = filtered ? new GenerationError(InferenceErrorCodes.InvalidRequest, "the server's content filter stopped the completion") : null,
        };
    }

    /// <summary>What a server that refused says, and the code that it gives it.</summary>
    internal static (string Message, string? Code) ReadError(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var error = Member(root, "error");
            var message = Text(error, "message") ?? Text(root, "message") ?? Text(root, "detail") ?? (error.ValueKind == JsonValueKind.String ? error.GetString() : null);
            if (message is not null) return (Short(message), Text(error, "code"));
        }
        catch (JsonException)
        {
            // A proxy in between writes plain text or HTML.
        }

        return (Short(body.Trim()), null);
    }

    private static Completion Completion(JsonElement choice, int index, bool isChat, int? tokens)
    {
        var text = isChat ? Text(Member(choice, "message"), "content") : Text(choice, "text");
        var logprobs = Member(choice, "logprobs");
        var reason = Text(choice, "finish_reason") == "length" ? FinishReason.Length : FinishReason.Stop;
        var read = logprobs.ValueKind != JsonValueKind.Object ? null : isChat ? ChatLogprobs(logprobs) : TextLogprobs(logprobs);
        return new Completion(index, text ?? "", [], reason, read) { NumTokens = tokens ?? read?.Count };
    }

    private static List<TokenLogprobs> ChatLogprobs(JsonElement logprobs) => [.. Array(logprobs, "content").Select(token =>
        new TokenLogprobs(IdOf(Text(token, "token")), Single(token, "logprob"), [.. Array(token, "top_logprobs").Select(top => new TokenLogprob(IdOf(Text(top, "token")), Single(top, "logprob")))]))];

    private static List<TokenLogprobs> TextLogprobs(JsonElement logprobs)
    {
        var tokens = Array(logprobs, "tokens").Select(token => IdOf(token.GetString())).ToList();
        var values = Array(logprobs, "token_logprobs").Select(value => value.GetSingle()).ToList();
        var tops = Array(logprobs, "top_logprobs").Select(Top).ToList();
        if (values.Count != tokens.Count) throw new JsonException("its logprobs have lists of different lengths");
        return [.. tokens.Select((token, i) => new TokenLogprobs(token, values[i], i < tops.Count ? tops[i] : []))];
    }

    private static List<TokenLogprob> Top(JsonElement tops) => tops.ValueKind != JsonValueKind.Object
        ? []
        : [.. tops.EnumerateObject().Select(top => new TokenLogprob(IdOf(top.Name), top.Value.GetSingle())).OrderByDescending(top => top.Logprob)];

    private static int IdOf(string? token) =>
        token is not null && token.StartsWith(TokenId, StringComparison.Ordinal) && int.TryParse(token.AsSpan(TokenId.Length), NumberStyles.None, null, out var id)
            ? id
            : throw new InferenceException(InferenceErrorCodes.InvalidRequest, "logprobs: the server gives texts of tokens and not their ids (return_tokens_as_token_ids); leave out logprobs");

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    private static string? Text(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static int? Number(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value) ? value : null;

    private static float Single(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Number } number ? number.GetSingle() : throw new JsonException($"{name} is no number");

    private static List<JsonElement> Array(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.Array } array ? [.. array.EnumerateArray()] : [];

    private static string Short(string text) => text.Length <= LongestText ? text : text[..LongestText] + "...";
}
