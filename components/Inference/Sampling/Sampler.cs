using Serverless.Inference.Sequences;

namespace Serverless.Inference.Sampling;

/// <summary>
/// Chooses the next token of a sequence from the logits of its last row. The order is vLLM's: tokens masked by min_tokens,
/// logit_bias, repetition, frequency and presence penalties, then greedy, or temperature, min_p, top_k, top_p (of what top_k
/// left) and one draw among the tokens kept, laid out by token id: every device draws the same token, but for what rounding does at
/// the borders. One instance has the scratch memory of one thread.
/// </summary>
internal sealed class Sampler
{
    /// <summary>Returned in place of a token when the logits hold no finite maximum.</summary>
    public const int NotFinite = -1;

    private readonly float[] changed;
    private readonly float[] weights;
    private readonly double[] blockSums;
    private readonly Candidates candidates;

    public Sampler(int vocabulary)
    {
        changed = new float[vocabulary];
        weights = new float[vocabulary];
        blockSums = new double[(vocabulary + RowMath.BlockSize - 1) / RowMath.BlockSize];
        candidates = new Candidates(vocabulary);
    }

    /// <summary>The next token, or <see cref="NotFinite"/>.</summary>
    public int Sample(ReadOnlySpan<float> logits, Sequence sequence)
    {
        var plan = sequence.Group.Sampling;
        logits = Change(logits, sequence);
        float max = RowMath.Max(logits);
        if (!float.IsFinite(max)) return NotFinite;
        return plan.IsGreedy ? RowMath.IndexOf(logits, max) : Draw(logits, max, plan, Philox.Uniform(plan.Seed, sequence.Index, sequence.Count));
    }

    /// <summary>Log-probabilities of the token taken and of the best ones, from the logits as the model gave them.</summary>
    public TokenLogprobs Logprobs(ReadOnlySpan<float> logits, int token, int top)
    {
        float max = RowMath.Max(logits);
        double normaliser = max + Math.Log(RowMath.Exp(logits, max, 1, weights, blockSums));
        var best = new TokenLogprob[Math.Min(top, logits.Length)];
        TopLogits.Find(logits, best);
        for (int i = 0; i < best.Length; i++) best[i] = best[i] with { Logprob = (float)(best[i].Logprob - normaliser) };
        return new TokenLogprobs(token, (float)(logits[token] - normaliser), best);
    }

    /// <summary>The logits after all that can change which one is greatest; the row itself if nothing does.</summary>
    private ReadOnlySpan<float> Change(ReadOnlySpan<float> logits, Sequence sequence)
    {
        var plan = sequence.Group.Sampling;
        bool masks = sequence.OutputCount < plan.Params.MinTokens && plan.MaskedAtFirst.Length > 0;
        if (!masks && plan.Bias.Length == 0 && !plan.HasPenalties) return logits;

        var row = changed.AsSpan(0, logits.Length);
        logits.CopyTo(row);
        if (masks)
        {
            foreach (int token in plan.MaskedAtFirst) row[token] = float.NegativeInfinity;
        }

        foreach (var (token, bias) in plan.Bias) row[token] += bias;
        if (plan.HasPenalties) sequence.CountTokens().Penalise(row, plan.Params);
        return row;
    }

    private int Draw(ReadOnlySpan<float> logits, float max, SamplingPlan plan, double uniform)
    {
        var sampling = plan.Params;
        var row = weights.AsSpan(0, logits.Length);
        double total = RowMath.Exp(logits, max, plan.Scale, row, blockSums);
        if (sampling.TopK <= 0 && sampling.TopP == 1 && sampling.MinP == 0) return AtMass(row, uniform * total);

        GatherEnough(row, total, sampling);
        if (sampling.TopK > 0) candidates.KeepTop(row, sampling.TopK);
        if (sampling.TopP < 1) candidates.KeepMass(row, sampling.TopP * MassBeforeTopP(total, sampling));
        return candidates.At(uniform * candidates.Mass);
    }

    /// <summary>
    /// Gathers candidates until those that will be kept are among them. The best token weighs 1, so min_p is a threshold as it
    /// is; else most rows need few tokens, and a flat row needs more tries.
    /// </summary>
    private void GatherEnough(ReadOnlySpan<float> row, double total, SamplingParams sampling)
    {
        foreach (float threshold in (ReadOnlySpan<float>)[1e-2f, 3e-4f, 1e-5f, 0])
        {
            candidates.Gather(row, Math.Max(threshold, sampling.MinP));
            if (threshold <= sampling.MinP) return;
            if (sampling.TopK > 0 ? candidates.Count >= sampling.TopK : sampling.MinP == 0 && candidates.Mass >= sampling.TopP * total) return;
        }
    }

    /// <summary>What top_p is a share of: the mass that min_p and top_k left.</summary>
    private double MassBeforeTopP(double total, SamplingParams sampling) =>
        sampling.TopK > 0 || sampling.MinP > 0 ? candidates.Mass : total;

    /// <summary>The token at this much of the mass of the whole row.</summary>
    private int AtMass(ReadOnlySpan<float> row, double mass)
    {
        int block = 0;
        while (block < blockSums.Length - 1 && mass >= blockSums[block]) mass -= blockSums[block++];
        int start = block * RowMath.BlockSize;
        int end = Math.Min(start + RowMath.BlockSize, row.Length);
        for (int i = start; i < end; i++)
        {
            mass -= row[i];
            if (mass < 0) return i;
        }

        // Rounding left a little over: the last token that has any probability.
        int token = end - 1;
        while (row[token] == 0) token--;
        return token;
    }
}
