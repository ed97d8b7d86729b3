using System.Text.Json;
using System.Text.Json.Nodes;
using Serverless.Inference.Chat;
using Serverless.Inference.Sampling;

namespace Serverless.Inference.OpenAI;

/// <summary>
/// A request as the API's JSON (https://platform.openai.com/docs/api-reference). What only vLLM knows (<c>top_k</c>, <c>min_p</c>, ...) is sent only
/// where it asks for something, since other servers refuse fields that they do not know.
/// </summary>
internal static class RequestBody
{
    internal const string ChatPath = "chat/completions", TextPath = "completions";

    internal static (string Path, JsonObject Body) Of(GenerationRequest request, OpenAIOptions options)
    {
        var body = new JsonObject { ["model"] = options.Model };
        if (request.Messages is { } messages) body["messages"] = new JsonArray([.. messages.Select(Message)]);
        else body["prompt"] = request.PromptTokenIds is { } tokens ? JsonSerializer.SerializeToNode(tokens) : request.Prompt;
        if (request.ChatTemplateKwargs is { Count: > 0 } variables) body["chat_template_kwargs"] = JsonSerializer.SerializeToNode(variables);
        if (request.SamplingParams is { } sampling) Add(body, sampling, isChat: request.Messages is not null);
        if ((request.SamplingParams?.Seed ?? (options.Seed == 0 ? null : options.Seed)) is { } seed) body["seed"] = seed;
        return (request.Messages is null ? TextPath : ChatPath, body);
    }

    private static JsonObject Message(ChatMessage message)
    {
        var fields = new JsonObject { ["role"] = message.Role, ["content"] = message.Content };
        foreach (var (name, value) in message.Extra ?? new Dictionary<string, object?>()) fields[name] = JsonSerializer.SerializeToNode(value);
        return fields;
    }

    private static void Add(JsonObject body, SamplingParams sampling, bool isChat)
    {
        var defaults = new SamplingParams();
        body["temperature"] = sampling.Temperature;
        body["top_p"] = sampling.TopP;
        if (sampling.MaxTokens != int.MaxValue) body["max_tokens"] = sampling.MaxTokens;
        if (sampling.N != 1) body["n"] = sampling.N;
        if (sampling.PresencePenalty != 0) body["presence_penalty"] = sampling.PresencePenalty;
        if (sampling.FrequencyPenalty != 0) body["frequency_penalty"] = sampling.FrequencyPenalty;
        if (sampling.Stop.Count > 0) body["stop"] = JsonSerializer.SerializeToNode(sampling.Stop);
        if (sampling.LogitBias is { Count: > 0 } bias) body["logit_bias"] = JsonSerializer.SerializeToNode(bias);
        if (sampling.TopK > 0) body["top_k"] = sampling.TopK;
        if (sampling.MinP != 0) body["min_p"] = sampling.MinP;
        if (sampling.RepetitionPenalty != defaults.RepetitionPenalty) body["repetition_penalty"] = sampling.RepetitionPenalty;
        if (sampling.MinTokens != 0) body["min_tokens"] = sampling.MinTokens;
        if (sampling.StopTokenIds.Count > 0) body["stop_token_ids"] = JsonSerializer.SerializeToNode(sampling.StopTokenIds);
        if (sampling.IncludeStopStrInOutput) body["include_stop_str_in_output"] = true;
        if (sampling.IgnoreEos) body["ignore_eos"] = true;
        if (!sampling.SkipSpecialTokens) body["skip_special_tokens"] = false;
        if (sampling.Logprobs is { } most) AddLogprobs(body, most, isChat);
    }

    private static void AddLogprobs(JsonObject body, int most, bool isChat)
    {
        body["logprobs"] = isChat ? true : most;
        if (isChat) body["top_logprobs"] = most;

        // Log-probabilities are told apart by the ids of their tokens; texts of tokens are not unique.
        body["return_tokens_as_token_ids"] = true;
    }
}
