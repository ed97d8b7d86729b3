using System.Runtime.InteropServices;

namespace Serverless.Inference.Sampling;

/// <summary>Which tokens a sequence has seen, and how often it generated each, for the penalties. Sparse: a sequence is short beside the vocabulary.</summary>
internal sealed class TokenCounts
{
    private readonly Dictionary<int, int> slots = [];
    private readonly List<(int Token, int Outputs)> counts = [];

    /// <summary>Counts a sequence; the prompt matters to the repetition penalty only.</summary>
    public TokenCounts(ReadOnlySpan<int> prompt, ReadOnlySpan<int> output)
    {
        foreach (int token in prompt) Add(token, 0);
        foreach (int token in output) Add(token, 1);
    }

    /// <summary>The tokens seen, each once, and how often each was generated.</summary>
    public ReadOnlySpan<(int Token, int Outputs)> Counts => CollectionsMarshal.AsSpan(counts);

    /// <summary>Counts a token that was generated.</summary>
    public void AddOutput(int token) => Add(token, 1);

    /// <summary>Applies repetition, then frequency and presence penalty, as vLLM does.</summary>
    public void Penalise(Span<float> logits, SamplingParams sampling)
    {
        foreach (var (token, outputs) in counts)
        {
            float logit = logits[token];
            logit = logit > 0 ? logit / sampling.RepetitionPenalty : logit * sampling.RepetitionPenalty;
            if (outputs > 0) logit -= (outputs * sampling.FrequencyPenalty) + sampling.PresencePenalty;
            logits[token] = logit;
        }
    }

    private void Add(int token, int outputs)
    {
        if (slots.TryGetValue(token, out int slot))
        {
            counts[slot] = (token, counts[slot].Outputs + outputs);
            return;
        }

        slots.Add(token, counts.Count);
        counts.Add((token, outputs));
    }
}
