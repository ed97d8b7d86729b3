using Serverless.Inference.Sampling;
using Serverless.Inference.Sequences;

namespace Serverless.Conformance.Tests.Sampling;

/// <summary>
/// Which tokens a sampler may choose, in float64: one, but for what float32 can move. That are borders of top_k, top_p and min_p, and
/// the draw itself, by 1e-6 of the probability.
/// </summary>
internal static class DrawReference
{
    private const double Tolerance = 1e-6;

    /// <summary>The tokens, by id.</summary>
    public static int[] Allowed(float[] logits, Sequence sequence)
    {
        var plan = sequence.Group.Sampling;
        double[] row = Changed(logits, sequence);
        double best = row.Max();
        if (plan.IsGreedy)
        {
            double least = best - (Tolerance * Math.Max(1, Math.Abs(best)));
            return [.. Enumerable.Range(0, row.Length).Where(token => row[token] >= least)];
        }

        double[] weights = Array.ConvertAll(row, logit => Math.Exp((logit - best) * plan.Scale));
        var (sure, possible) = Kept(weights, plan.Params);
        return Drawn(weights, sure, possible, Philox.Uniform(plan.Seed, sequence.Index, sequence.Count));
    }

    /// <summary>The logits as masks, biases and penalties change them.</summary>
    private static double[] Changed(float[] logits, Sequence sequence)
    {
        var plan = sequence.Group.Sampling;
        var sampling = plan.Params;
        double[] row = Array.ConvertAll(logits, logit => (double)logit);
        if (sequence.OutputCount < sampling.MinTokens)
        {
            foreach (int token in plan.MaskedAtFirst) row[token] = double.NegativeInfinity;
        }

        foreach (var (token, bias) in plan.Bias) row[token] += bias;
        foreach (int token in sequence.Tokens.ToArray().Distinct())
        {
            row[token] = row[token] > 0 ? row[token] / sampling.RepetitionPenalty : row[token] * sampling.RepetitionPenalty;
            int count = sequence.Output.Count(token);
            if (count > 0) row[token] -= (count * (double)sampling.FrequencyPenalty) + sampling.PresencePenalty;
        }

        return row;
    }

    /// <summary>The tokens that are certainly kept, and those that float32 may keep.</summary>
    private static (bool[] Sure, bool[] Possible) Kept(double[] weights, SamplingParams sampling)
    {
        int[] order = [.. Enumerable.Range(0, weights.Length)];
        Array.Sort(Array.ConvertAll(weights, weight => -weight), order);
        bool[] sure = Array.ConvertAll(weights, weight => weight >= sampling.MinP + Blur(sampling.MinP));
        bool[] possible = Array.ConvertAll(weights, weight => weight >= sampling.MinP - Blur(sampling.MinP));
        if (sampling.TopK > 0) Cut(weights, order, sure, possible, sampling.TopK, sampling.TopK);
        if (sampling.TopP == 1) return (sure, possible);

        bool isCut = sampling.TopK > 0 || sampling.MinP > 0;
        double least = sampling.TopP * (isCut ? Mass(weights, sure) : weights.Sum());
        double most = sampling.TopP * (isCut ? Mass(weights, possible) : weights.Sum());
        double slack = Tolerance * weights.Sum();
        Cut(weights, order, sure, possible, Reach(weights, order, possible, least - slack), Reach(weights, order, sure, most + slack));
        return (sure, possible);
    }

    /// <summary>How many of the heaviest, of those in the set, it takes for this mass.</summary>
    private static int Reach(double[] weights, int[] order, bool[] set, double mass)
    {
        double sum = 0;
        for (int rank = 0; rank < order.Length; rank++)
        {
            if (set[order[rank]]) sum += weights[order[rank]];
            if (sum >= mass) return rank + 1;
        }

        return order.Length;
    }

    /// <summary>Takes what ranks behind <paramref name="most"/> from what is possible, and what may rank behind <paramref name="least"/> from what is sure.</summary>
    private static void Cut(double[] weights, int[] order, bool[] sure, bool[] possible, int least, int most)
    {
        double firstOut = least < order.Length ? weights[order[least]] : -1;
        double lastIn = most < order.Length ? weights[order[most - 1]] : 0;
        for (int token = 0; token < weights.Length; token++)
        {
            sure[token] &= weights[token] > firstOut + Blur(firstOut);
            possible[token] &= weights[token] >= lastIn - Blur(lastIn);
        }
    }

    /// <summary>By how much a weight in float32 may be off; an exponent is rounded, too.</summary>
    private static double Blur(double weight) => weight <= 0 ? 0 : Tolerance * weight * (1 - Math.Log(weight));

    private static int[] Drawn(double[] weights, bool[] sure, bool[] possible, double uniform)
    {
        double least = Mass(weights, sure), most = Mass(weights, possible);
        double sureBefore = 0, possibleBefore = 0;
        var drawn = new List<int>();
        for (int token = 0; token < weights.Length; token++)
        {
            if (!possible[token]) continue;
            double from = (sureBefore / most) - Tolerance, to = ((possibleBefore + weights[token]) / least) + Tolerance;
            if (uniform >= from && uniform <= to && weights[token] > 0) drawn.Add(token);
            possibleBefore += weights[token];
            if (sure[token]) sureBefore += weights[token];
        }

        return [.. drawn];
    }

    private static double Mass(double[] weights, bool[] set)
    {
        double mass = 0;
        for (int token = 0; token < weights.Length; token++) mass += set[token] ? weights[token] : 0;
        return mass;
    }
}
