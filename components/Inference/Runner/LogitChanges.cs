using System.Runtime.InteropServices;
using Serverless.Inference.Kernels.Cuda;
using Serverless.Inference.Sampling;
using Serverless.Inference.Sequences;

namespace Serverless.Inference.Runner;

/// <summary>What a step's samples change of their logits before a token is chosen, as <see cref="Sampler"/> does it: one entry for each logit that changes.</summary>
internal sealed class LogitChanges
{
    private readonly List<DeviceChange> changes = [];

    // Of the sample that is being added, where masks or biases may name a token that penalties name again.
    private readonly Dictionary<int, int> indexOfToken = [];

    /// <summary>Changes of all samples, one sample's behind the other's.</summary>
    public ReadOnlySpan<DeviceChange> All => CollectionsMarshal.AsSpan(changes);

    /// <summary>How many there are.</summary>
    public int Count => changes.Count;

    /// <summary>Forgets a step.</summary>
    public void Clear() => changes.Clear();

    /// <summary>Adds the changes of a sample: bans by min_tokens, logit_bias, penalties.</summary>
    /// <param name="sequence">The sequence that is sampled.</param>
    /// <param name="position">Position of the token that will be chosen.</param>
    /// <param name="row">The row of the copied logits that is changed.</param>
    /// <returns>Whether there are any.</returns>
    public bool Add(Sequence sequence, int position, int row)
    {
        var sampler = sequence.Group.Sampling;
        bool masks = position - sequence.Group.PromptLength < sampler.Params.MinTokens && sampler.MaskedAtFirst.Length > 0;
        int start = changes.Count;
        indexOfToken.Clear();
        if (masks)
        {
            foreach (int token in sampler.MaskedAtFirst) At(token, row).Bias = float.NegativeInfinity;
        }

        foreach (var (token, bias) in sampler.Bias) At(token, row).Bias += bias;
        if (sampler.HasPenalties) Penalise(sequence, row);
        return changes.Count > start;
    }

    private void Penalise(Sequence sequence, int row)
    {
        var parameters = sequence.Group.Sampling.Params;
        // Every token occurs once in counts: hundreds of them are not looked up where nothing else changes a logit.
        bool isAlone = indexOfToken.Count == 0;
        foreach (var (token, outputs) in sequence.CountTokens().Counts)
        {
            float subtract = outputs > 0 ? (outputs * parameters.FrequencyPenalty) + parameters.PresencePenalty : 0;
            if (isAlone)
            {
                changes.Add(new DeviceChange { Row = row, Token = token, Repetition = parameters.RepetitionPenalty, Subtract = subtract });
                continue;
            }

            ref var change = ref At(token, row);
            change.Repetition = parameters.RepetitionPenalty;
            change.Subtract = subtract;
        }
    }

    private ref DeviceChange At(int token, int row)
    {
        if (!indexOfToken.TryGetValue(token, out int index))
        {
            indexOfToken.Add(token, index = changes.Count);
            changes.Add(new DeviceChange { Row = row, Token = token, Repetition = 1 });
        }

        return ref CollectionsMarshal.AsSpan(changes)[index];
    }
}
