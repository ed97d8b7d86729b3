using Serverless.Inference.Chat;
using Serverless.Inference.Loading;
using Serverless.Inference.Models;
using Serverless.Inference.Runner;
using Serverless.Inference.Sampling;
using Serverless.Inference.Sequences;
using Serverless.Inference.Tokenization;

namespace Serverless.Inference.Requests;

/// <summary>Turns requests into groups: template, tokens, defaults and checks. Thread-safe; runs on callers' threads.</summary>
internal sealed class RequestPreparation(
    EngineOptions options, ModelConfig config, EngineLimits limits, SamplingParams defaults, Tokenizer tokenizer, ChatTemplate? template)
{
    /// <summary>Renders, tokenises and checks; nothing is done twice.</summary>
    /// <exception cref="InferenceException">The request is malformed or its prompt does not fit.</exception>
    public GenerationRequest Prepare(GenerationRequest request)
    {
        var sampling = request.SamplingParams ?? defaults;
        SamplingCheck.Validate(sampling, config.VocabSize, limits.MaxSequences);
        if (request.PromptTokenIds is null) request = Tokenise(request);
        else CheckTokens(request.PromptTokenIds);
        CheckLength(request.PromptTokenIds!.Length);
        return ReferenceEquals(sampling, request.SamplingParams) ? request : request with { SamplingParams = sampling };
    }

    /// <summary>Prepares a request if need be and makes the group that runs it.</summary>
    public SequenceGroup CreateGroup(GenerationRequest request, IGroupOutput output)
    {
        request = Prepare(request);
        var sampling = request.SamplingParams!;
        int room = limits.MaxModelLen - request.PromptTokenIds!.Length;
        var plan = new SamplingPlan(sampling, config.EosTokenIds, options.Seed, request.PromptTokenIds);
        return new SequenceGroup(request, plan, Math.Min(sampling.MaxTokens, room), output);
    }

    /// <summary>All text of a sequence that has no stop strings.</summary>
    public string Decode(Sequence sequence)
    {
        var sampling = sequence.Group.Sampling;
        var tokens = sequence.Output;
        bool hidesLast = !sampling.Params.IncludeStopStrInOutput && tokens.Length > 0 && sampling.IsEnd(tokens[^1]);
        return tokenizer.Decode(hidesLast ? tokens[..^1] : tokens, sampling.Params.SkipSpecialTokens);
    }

    /// <summary>What makes the text of a sequence as it grows.</summary>
    public CompletionText CreateText(Sequence sequence)
    {
        var sampling = sequence.Group.Sampling.Params;
        return new CompletionText(tokenizer.CreateDecoder(sampling.SkipSpecialTokens), sampling);
    }

    /// <summary>What generation_config.json recommends, over vLLM's defaults.</summary>
    public static SamplingParams Defaults(GenerationConfig generation)
    {
        var standard = new SamplingParams();
        return standard with
        {
            // do_sample: false, the file's own default, is not read as greedy: vLLM does not either.
            Temperature = generation.Temperature ?? standard.Temperature,
            TopP = generation.TopP ?? standard.TopP,
            TopK = generation.TopK ?? standard.TopK,
            MinP = generation.MinP ?? standard.MinP,
            RepetitionPenalty = generation.RepetitionPenalty ?? standard.RepetitionPenalty,
            MaxTokens = generation.MaxNewTokens ?? standard.MaxTokens,
        };
    }

    private GenerationRequest Tokenise(GenerationRequest request)
    {
        if (request is { Messages: not null, Prompt: not null })
            throw Invalid("The request has messages and a prompt; set one of them.");
        string prompt = request.Prompt ?? Render(request);

        // A chat template writes the special tokens itself.
        int[] tokens = tokenizer.Encode(prompt, addSpecialTokens: request.Messages is null);
        if (tokens.Length == 0) throw Invalid("The prompt has no tokens: it is empty, and nothing is put before it.");
        CheckTokens(tokens);
        return request with { Prompt = prompt, PromptTokenIds = tokens };
    }

    private string Render(GenerationRequest request)
    {
        if (request.Messages is null) throw Invalid("The request has no prompt: set messages, prompt or prompt_token_ids.");
        if (request.Messages.Count == 0) throw Invalid("messages must hold at least one message; found none.");
        if (template is null)
        {
            throw new InferenceException(
                InferenceErrorCodes.ChatTemplate,
                $"The model {options.ModelSource} has no chat template. Use prompt in place of messages, or set the engine option chat_template.");
        }

        return template.Render(request.Messages, addGenerationPrompt: true, request.ChatTemplateKwargs);
    }

    private void CheckTokens(int[] tokens)
    {
        if (tokens.Length == 0) throw Invalid("prompt_token_ids must hold at least one token; found none.");
        for (int i = 0; i < tokens.Length; i++)
        {
            if ((uint)tokens[i] >= (uint)config.VocabSize)
                throw Invalid($"prompt_token_ids[{i}] must be a token id from 0 to {config.VocabSize - 1}; found {tokens[i]}.");
        }
    }

    private void CheckLength(int length)
    {
        if (length < limits.MaxModelLen) return;
        throw new InferenceException(
            InferenceErrorCodes.PromptTooLong,
            $"The prompt has {length} tokens; the context holds {limits.MaxModelLen}, of which at least one is for the completion. "
            + "Shorten the prompt or raise max_model_len, as far as the model allows.");
    }

    private static InferenceException Invalid(string message) => new(InferenceErrorCodes.InvalidRequest, message);
}
