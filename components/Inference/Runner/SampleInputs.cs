using System.Runtime.InteropServices;
using Serverless.Inference.Kernels.Cuda;
using Serverless.Inference.Sampling;
using Serverless.Inference.Scheduling;

namespace Serverless.Inference.Runner;

/// <summary>
/// Hands a step's samples to the card and takes their results. The same choice as <see cref="Sampler"/> makes: bans by min_tokens,
/// logit_bias, penalties, then greedy, or temperature, min_p, top_k, top_p and one draw.
/// </summary>
internal sealed unsafe class SampleInputs : IDisposable
{
    // Two steps are under way, and the host reads the results of a third.
    private const int Slots = 3;

    private readonly CudaKernels kernels;
    private readonly CudaSampling sampling;
    private readonly Slot[] slots = [new(), new(), new()];
    private readonly SampledToken[] results;
    private readonly List<DeviceSample> plain = [];
    private readonly List<DeviceSample> changed = [];
    private readonly List<DeviceLogprob> logprobs = [];
    private readonly LogitChanges changes = new();
    private readonly List<int> changeStarts = [];
    private int started;
    private int finished;

    /// <param name="kernels">The card.</param>
    /// <param name="sampling">Its sampling.</param>
    /// <param name="maxSamples">Most samples of a step.</param>
    public SampleInputs(CudaKernels kernels, CudaSampling sampling, int maxSamples)
    {
        this.kernels = kernels;
        this.sampling = sampling;
        results = new SampledToken[maxSamples];
    }

    /// <summary>Queues the sampling of a step behind its logits.</summary>
    /// <param name="plan">The step.</param>
    /// <param name="rowOfSample">The row of the logits that each sample uses.</param>
    /// <param name="logits">The logits; null if nothing is sampled.</param>
    public void Sample(StepPlan plan, ReadOnlySpan<int> rowOfSample, CudaTensor? logits)
    {
        var slot = slots[started++ % Slots];
        slot.Count = plan.Samples.Count;
        slot.Logprobs.Clear();
        if (logits is not null)
        {
            Describe(plan, rowOfSample);
            Queue(slot, logits);
        }

        slot.Done ??= new CudaEvent();
        slot.Done.Record(kernels.Context.Stream);
    }

    /// <summary>Waits for the oldest step that is not finished.</summary>
    public ReadOnlySpan<SampledToken> Finish()
    {
        var slot = slots[finished++ % Slots];
        slot.Done!.Synchronize();
        if (slot.Count == 0) return [];
        var tokens = slot.Results!.As<int>(0, slot.Count);
        for (int i = 0; i < tokens.Length; i++) results[i] = new SampledToken(tokens[i], null);
        foreach (var wanted in slot.Logprobs)
        {
            if (tokens[wanted.Slot] >= 0) results[wanted.Slot] = new SampledToken(tokens[wanted.Slot], Read(slot, wanted, tokens[wanted.Slot]));
        }

        return results.AsSpan(0, slot.Count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var slot in slots) slot.Dispose();
    }

    private static TokenLogprobs Read(Slot slot, DeviceLogprob wanted, int token)
    {
        var values = slot.Results!.As<float>(slot.Count * sizeof(int), slot.LogprobFloats).Slice(wanted.Offset);
        var best = new TokenLogprob[wanted.Top];
        for (int i = 0; i < best.Length; i++) best[i] = new TokenLogprob(BitConverter.SingleToInt32Bits(values[2 + (2 * i)]), values[1 + (2 * i)]);
        return new TokenLogprobs(token, values[0], best);
    }

    private void Describe(StepPlan plan, ReadOnlySpan<int> rowOfSample)
    {
        plain.Clear();
        changed.Clear();
        logprobs.Clear();
        changes.Clear();
        changeStarts.Clear();
        int offset = 0;
        for (int i = 0; i < plan.Samples.Count; i++)
        {
            var sequence = plan.Samples[i].Sequence;
            var sampler = sequence.Group.Sampling;
            var parameters = sampler.Params;
            int position = sequence.Length - 1;
            var sample = new DeviceSample
            {
                Row = rowOfSample[i],
                Scale = sampler.IsGreedy ? 0 : sampler.Scale,
                TopK = Math.Max(0, parameters.TopK),
                TopP = parameters.TopP,
                MinP = parameters.MinP,
                Slot = i,
                Uniform = sampler.IsGreedy ? 0 : Philox.Uniform(sampler.Seed, sequence.Index, position),
            };
            int start = changes.Count;
            if (changes.Add(sequence, position, changed.Count % sampling.MaxChanged))
            {
                changed.Add(sample);
                changeStarts.Add(start);
            }
            else
            {
                plain.Add(sample);
            }

            if (parameters.Logprobs is not { } top) continue;
            logprobs.Add(new DeviceLogprob { Row = sample.Row, Slot = i, Top = Math.Min(top, sampling.Vocabulary), Offset = offset });
            offset += 1 + (2 * Math.Min(top, sampling.Vocabulary));
        }

        changeStarts.Add(changes.Count);
    }

    private void Queue(Slot slot, CudaTensor logits)
    {
        var (plainAt, changedAt, logprobAt, pairAt, changeAt, bytes) = Locate();
        slot.Reserve(bytes, (slot.Count + LogprobFloats()) * sizeof(int));
        CollectionsMarshal.AsSpan(plain).CopyTo(slot.Inputs!.As<DeviceSample>(plainAt, plain.Count));
        CollectionsMarshal.AsSpan(logprobs).CopyTo(slot.Inputs.As<DeviceLogprob>(logprobAt, logprobs.Count));
        changes.All.CopyTo(slot.Inputs.As<DeviceChange>(changeAt, changes.Count));
        var copies = slot.Inputs.As<DeviceSample>(changedAt, changed.Count);
        var pairs = slot.Inputs.As<(int Row, int Copy)>(pairAt, changed.Count);
        for (int i = 0; i < changed.Count; i++)
        {
            pairs[i] = (changed[i].Row, i % sampling.MaxChanged);
            copies[i] = changed[i] with { Row = i % sampling.MaxChanged };
        }

        // The card reads what is asked of it where the host wrote it, and writes tokens where the host reads them.
        var asked = slot.Inputs.OnCard;
        var answered = slot.Results!.OnCard;
        if (plain.Count > 0) sampling.Sample(logits, asked + plainAt, plain.Count, answered);
        for (int first = 0; first < changed.Count; first += sampling.MaxChanged)
        {
            int count = Math.Min(sampling.MaxChanged, changed.Count - first);
            sampling.SampleChanged(
                logits, asked + pairAt + (first * 2L * sizeof(int)), asked + changeAt + ((long)changeStarts[first] * sizeof(DeviceChange)),
                changeStarts[first + count] - changeStarts[first], asked + changedAt + ((long)first * sizeof(DeviceSample)), count, answered);
        }

        if (logprobs.Count == 0) return;
        slot.Logprobs.AddRange(logprobs);
        slot.LogprobFloats = LogprobFloats();
        sampling.LogProbabilities(logits, asked + logprobAt, logprobs.Count, answered + (slot.Count * sizeof(int)));
    }

    private int LogprobFloats() => logprobs.Count == 0 ? 0 : logprobs[^1].Offset + 1 + (2 * logprobs[^1].Top);

    private (long Plain, long Changed, long Logprobs, long Pairs, long Changes, long Bytes) Locate()
    {
        long changedAt = (long)plain.Count * sizeof(DeviceSample);
        long logprobAt = changedAt + ((long)changed.Count * sizeof(DeviceSample));
        long pairAt = logprobAt + ((long)logprobs.Count * sizeof(DeviceLogprob));
        long changeAt = pairAt + (changed.Count * 2L * sizeof(int));
        return (0, changedAt, logprobAt, pairAt, changeAt, changeAt + ((long)changes.Count * sizeof(DeviceChange)));
    }

    /// <summary>What one step under way needs.</summary>
    private sealed class Slot
    {
        public PinnedBuffer? Inputs { get; private set; }

        public PinnedBuffer? Results { get; private set; }

        public CudaEvent? Done { get; set; }

        public int Count { get; set; }

        public int LogprobFloats { get; set; }

        public List<DeviceLogprob> Logprobs { get; } = [];

        /// <summary>Makes room; the step that used it before is finished.</summary>
        public void Reserve(long inputBytes, long resultBytes)
        {
            if (Inputs is null || Inputs.Bytes < inputBytes)
            {
                Inputs?.Dispose();
                Inputs = new PinnedBuffer(2 * inputBytes);
            }

            if (Results is not null && Results.Bytes >= resultBytes) return;
            Results?.Dispose();
            Results = new PinnedBuffer(2 * resultBytes);
        }

        public void Dispose()
        {
            Inputs?.Dispose();
            Results?.Dispose();
            Done?.Dispose();
        }
    }
}
