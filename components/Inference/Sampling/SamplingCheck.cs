namespace Serverless.Inference.Sampling;

/// <summary>Checks sampling parameters. Ranges are vLLM's; a message names the field, what is allowed and what was found.</summary>
internal static class SamplingCheck
{
    /// <summary>Most alternatives whose log-probabilities can be asked for.</summary>
    private const int MaxLogprobs = 20;

    /// <summary>Refuses what is out of range.</summary>
    /// <param name="sampling">The parameters.</param>
    /// <param name="vocabulary">Tokens of the model.</param>
    /// <param name="maxSequences">Sequences that the engine runs at once.</param>
    /// <exception cref="InferenceException">A value is out of range.</exception>
    public static void Validate(SamplingParams sampling, int vocabulary, int maxSequences)
    {
        Require(sampling.N >= 1 && sampling.N <= maxSequences, "n", $"from 1 to max_num_seqs ({maxSequences})", sampling.N);
        Require(sampling.Temperature >= 0 && float.IsFinite(sampling.Temperature), "temperature", "0 (greedy) or above", sampling.Temperature);
        Require(sampling.TopP > 0 && sampling.TopP <= 1, "top_p", "above 0 and at most 1", sampling.TopP);
        Require(sampling.TopK >= -1, "top_k", "0 or -1 (all tokens), or at least 1", sampling.TopK);
        Require(sampling.MinP >= 0 && sampling.MinP <= 1, "min_p", "from 0 to 1", sampling.MinP);
        Require(
            sampling.RepetitionPenalty > 0 && float.IsFinite(sampling.RepetitionPenalty), "repetition_penalty", "above 0", sampling.RepetitionPenalty);
        Require(sampling.PresencePenalty >= -2 && sampling.PresencePenalty <= 2, "presence_penalty", "from -2 to 2", sampling.PresencePenalty);
        Require(sampling.FrequencyPenalty >= -2 && sampling.FrequencyPenalty <= 2, "frequency_penalty", "from -2 to 2", sampling.FrequencyPenalty);
        Require(sampling.MaxTokens >= 1, "max_tokens", "at least 1", sampling.MaxTokens);
        Require(
            sampling.MinTokens >= 0 && sampling.MinTokens <= sampling.MaxTokens,
            "min_tokens", $"from 0 to max_tokens ({sampling.MaxTokens})", sampling.MinTokens);
        Require(sampling.Logprobs is null or (>= 0 and <= MaxLogprobs), "logprobs", $"from 0 to {MaxLogprobs}", sampling.Logprobs ?? 0);
        foreach (string stop in sampling.Stop) Require(!string.IsNullOrEmpty(stop), "stop", "texts of at least one character", "an empty text");
        foreach (int token in sampling.StopTokenIds) RequireToken("stop_token_ids", token, vocabulary);
        foreach (var (token, bias) in sampling.LogitBias ?? new Dictionary<int, float>())
        {
            RequireToken("logit_bias", token, vocabulary);
            Require(float.IsFinite(bias), $"logit_bias of token {token}", "a finite number", bias);
        }
    }

    private static void RequireToken(string field, int token, int vocabulary) =>
        Require(token >= 0 && token < vocabulary, field, $"token ids from 0 to {vocabulary - 1}", token);

    private static void Require<T>(bool holds, string field, string allowed, T found)
    {
        if (!holds) throw new InferenceException(InferenceErrorCodes.InvalidRequest, $"{field} must be {allowed}; found {found}.");
    }
}
