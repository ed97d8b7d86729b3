namespace Serverless.Contracts.Validation;

/// <summary>The sampling parameters that a job may name, by vLLM's names.</summary>
public static class SamplingParamNames
{
    /// <summary>All of them, alphabetical.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "frequency_penalty", "ignore_eos", "include_stop_str_in_output", "logit_bias", "logprobs", "max_tokens", "min_p", "min_tokens", "n",
        "presence_penalty", "repetition_penalty", "seed", "skip_special_tokens", "stop", "stop_token_ids", "temperature", "top_k", "top_p",
    ];
}
