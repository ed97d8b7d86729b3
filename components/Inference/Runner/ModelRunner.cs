using System.Runtime.InteropServices;
using Serverless.Inference.Kernels;
using Serverless.Inference.Loading;
using Serverless.Inference.Models;
using Serverless.Inference.Scheduling;

namespace Serverless.Inference.Runner;

/// <summary>Executes steps: copies blocks, runs the model, samples. Used by one thread.</summary>
internal sealed class ModelRunner : IStepRunner
{
    // Host memory for logits; more rows than this are done in turns.
    private const int MaxLogits = 8 << 20;

    private readonly IKernels kernels;
    private readonly DecoderModel model;
    private readonly KvCache cache;
    private readonly StepInputs inputs;
    private readonly StepSampler sampler;
    private readonly float[] logits;
    private readonly int vocabulary;
    private int sampled;

    /// <summary>Allocates everything that steps need.</summary>
    /// <param name="config">The model.</param>
    /// <param name="weights">Its weights; disposed with this.</param>
    /// <param name="kernels">The device; outlives this.</param>
    /// <param name="limits">Sizes.</param>
    /// <param name="threads">Threads that sample.</param>
    public ModelRunner(ModelConfig config, DecoderWeights weights, IKernels kernels, EngineLimits limits, int threads)
    {
        this.kernels = kernels;
        vocabulary = config.VocabSize;
        int rows = Math.Clamp(MaxLogits / vocabulary, Math.Min(16, limits.MaxSequences), limits.MaxSequences);
        cache = kernels.AllocateKvCache(limits.KvShape);
        model = new DecoderModel(config, weights, kernels, limits.MaxModelLen, limits.MaxBatchedTokens, rows);
        inputs = new StepInputs(limits);
        sampler = new StepSampler(vocabulary, limits.MaxSequences, threads);
        logits = new float[rows * vocabulary];
    }

    /// <summary>Makes the runner of a model folder; it samples on the host whatever the device.</summary>
    /// <param name="options">Options that were checked.</param>
    /// <param name="folder">The model; not needed afterwards.</param>
    /// <param name="kernels">The device; outlives the runner.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InferenceException">An option, a tensor or the amount of memory is wrong.</exception>
    public static (EngineLimits Limits, ModelRunner Runner) Load(
        EngineOptions options, ModelFolder folder, IKernels kernels, CancellationToken cancellationToken = default)
    {
        var limits = EngineLimits.Resolve(options, folder.Config, kernels);
        var weights = DecoderWeights.Load(folder.Config, folder.Weights, kernels, limits.Storage, cancellationToken);
        try
        {
            return (limits, new ModelRunner(folder.Config, weights, kernels, limits, options.Threads ?? Environment.ProcessorCount));
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int MaxUnderWay => 1;

    /// <summary>Runs a step to its end.</summary>
    public void Start(StepPlan plan)
    {
        if (plan.Copies.Count > 0) kernels.CopyBlocks(cache, CollectionsMarshal.AsSpan(plan.Copies));
        inputs.Write(plan);
        var layout = inputs.Layout;
        kernels.Begin(layout);
        model.Forward(layout, cache);
        var samples = CollectionsMarshal.AsSpan(plan.Samples);
        for (int start = 0; start < samples.Length;)
        {
            int count = CountOfTurn(samples[start..]);
            DownloadLogits(layout, logits);
            sampler.Sample(plan.Samples, start, count, logits);
            start += count;
        }

        sampled = samples.Length;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<SampledToken> Finish() => sampler.Results[..sampled];

    /// <summary>
    /// The logits of every position of a text, computed in chunks. Uses the cache from its first block on, so it is for a runner
    /// that runs nothing else.
    /// </summary>
    /// <returns>[tokens, vocabulary].</returns>
    public float[] AllLogits(ReadOnlySpan<int> tokens, int chunk)
    {
        float[] all = new float[tokens.Length * vocabulary];
        int[] blocks = new int[(tokens.Length + cache.Shape.BlockSize - 1) / cache.Shape.BlockSize];
        for (int i = 0; i < blocks.Length; i++) blocks[i] = i;
        for (int start = 0; start < tokens.Length; start += chunk)
        {
            int rows = Math.Min(chunk, tokens.Length - start);
            var layout = inputs.Layout;
            inputs.WriteAlone(tokens.Slice(start, rows), start, blocks);
            kernels.Begin(layout);
            model.Forward(layout, cache);
            for (int row = 0; row < rows; row++)
            {
                layout.LogitCount = 1;
                layout.LogitRows[0] = row;
                DownloadLogits(layout, all.AsSpan((start + row) * vocabulary, vocabulary));
            }
        }

        return all;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        cache.Dispose();
        model.Dispose();
    }

    private void DownloadLogits(StepLayout layout, Span<float> destination)
    {
        kernels.Begin(layout);
        kernels.Download(model.Logits(layout), layout.LogitCount, destination);
    }

    /// <summary>Lists the rows whose logits the next samples need, as many as fit, and says how many samples those serve.</summary>
    private int CountOfTurn(ReadOnlySpan<Sample> samples)
    {
        var layout = inputs.Layout;
        layout.LogitCount = 0;
        int chunk = -1;
        for (int i = 0; i < samples.Length; i++)
        {
            if (samples[i].Chunk != chunk)
            {
                if (layout.LogitCount == model.MaxLogitRows) return i;
                chunk = samples[i].Chunk;
                layout.LogitRows[layout.LogitCount++] = inputs.LastRows[chunk];
            }

            sampler.SetRow(i, layout.LogitCount - 1);
        }

        return samples.Length;
    }
}
