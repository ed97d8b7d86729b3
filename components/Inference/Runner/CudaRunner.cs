using System.Runtime.InteropServices;
using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cuda;
using Serverless.Inference.Loading;
using Serverless.Inference.Models;
using Serverless.Inference.Scheduling;

namespace Serverless.Inference.Runner;

/// <summary>
/// Executes steps on a card that is never left waiting: a step is queued while the one before it runs, and its tokens are chosen on the
/// card. Steps of decodes alone are recorded once for each of some numbers of rows and then launched as one graph.
/// </summary>
internal sealed class CudaRunner : IStepRunner
{
    // Rows of a step with prompts are rounded up to a multiple, so that products have few shapes.
    private const int RowUnit = 64;

    private readonly CudaKernels kernels;
    private readonly DecoderModel model;
    private readonly KvCache cache;
    private readonly StepInputs inputs;
    private readonly CudaSampling sampling;
    private readonly SampleInputs samples;
    private readonly int maxSequences;
    private readonly int queryHeads;
    private readonly int unusedSlot;
    private readonly int[] rowOfSample;

    // By rows, and by StepLayout.LengthsAreShort.
    private readonly Dictionary<(int Rows, bool Short), (CudaGraph Graph, CudaTensor Logits)> graphs = [];

    private CudaRunner(ModelConfig config, DecoderWeights weights, CudaKernels kernels, EngineLimits limits)
    {
        this.kernels = kernels;
        maxSequences = limits.MaxSequences;
        queryHeads = config.NumAttentionHeads;
        unusedSlot = limits.KvShape.Blocks * limits.KvShape.BlockSize;
        model = new DecoderModel(config, weights, kernels, limits.MaxModelLen, limits.MaxBatchedTokens, maxSequences);
        sampling = new CudaSampling(kernels, config.VocabSize, maxSequences, CudaMemory.MaxChanged(maxSequences));
        samples = new SampleInputs(kernels, sampling, maxSequences);
        inputs = new StepInputs(limits);
        rowOfSample = new int[maxSequences];
        cache = kernels.AllocateKvCache(limits.KvShape);
        kernels.Sampled = sampling.Tokens;
        Record();
    }

    /// <inheritdoc/>
    public int MaxUnderWay => 2;

    /// <summary>Makes the runner of a model folder.</summary>
    /// <param name="options">Options that were checked.</param>
    /// <param name="folder">The model; not needed afterwards.</param>
    /// <param name="kernels">The card; outlives the runner.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InferenceException">An option, a tensor or the amount of memory is wrong.</exception>
    public static (EngineLimits Limits, CudaRunner Runner) Load(
        EngineOptions options, ModelFolder folder, CudaKernels kernels, CancellationToken cancellationToken = default)
    {
        var config = folder.Config;
        var need = CudaNeed.Of(options, folder, kernels.Context.Device);
        long capacity = kernels.Arena.Capacity;

        // Weights that cannot fit are not read first.
        if (need.Weights - (need.Weights / 50) > capacity) throw need.Unmet(options, kernels.Context.Device, capacity);
        DecoderWeights? weights = null;
        try
        {
            weights = DecoderWeights.Load(config, folder.Weights, kernels, EngineLimits.StorageOf(options), cancellationToken);
            kernels.EndLoading();
            var limits = EngineLimits.Resolve(options, config, kernels, need.Work);
            return (limits, new CudaRunner(config, weights, kernels, limits));
        }
        catch (InferenceException e) when (e.Code == InferenceErrorCodes.OutOfMemory && need.Total > capacity)
        {
            weights?.Dispose();
            throw need.Unmet(options, kernels.Context.Device, capacity, e);
        }
        catch
        {
            weights?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Start(StepPlan plan)
    {
        kernels.Context.MakeCurrent();
        if (plan.Copies.Count > 0) kernels.CopyBlocks(cache, CollectionsMarshal.AsSpan(plan.Copies));
        inputs.Write(plan);
        inputs.ListLogitRows(plan, rowOfSample);
        var layout = inputs.Layout;
        bool isDecode = layout.RowCount == layout.SequenceCount;
        inputs.Pad(isDecode ? Bucket(layout.RowCount) : PaddedRows(layout.RowCount), unusedSlot);
        PadLogits(layout);
        layout.PastIsComplete = isDecode && !plan.Admits;
        layout.LengthsAreShort = layout.PastIsComplete && kernels.AreShort(layout, cache.Shape, queryHeads);
        kernels.Begin(layout);
        if (layout.PastIsComplete && graphs.TryGetValue((layout.RowCount, layout.LengthsAreShort), out var recorded))
        {
            recorded.Graph.Launch(kernels.Context.Stream);
            samples.Sample(plan, rowOfSample, recorded.Logits);
            return;
        }

        model.Forward(layout, cache);
        samples.Sample(plan, rowOfSample, plan.Samples.Count == 0 ? null : (CudaTensor)model.Logits(layout));
    }

    /// <inheritdoc/>
    public ReadOnlySpan<SampledToken> Finish() => samples.Finish();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!kernels.Context.TryMakeCurrent()) return;
        kernels.Context.Stream.Synchronize();
        foreach (var (graph, _) in graphs.Values) graph.Dispose();
        samples.Dispose();
        sampling.Dispose();
        cache.Dispose();
        model.Dispose();
    }

    /// <summary>Runs and records a step of decodes for every number of rows that steps are padded to.</summary>
    private void Record()
    {
        for (int rows = 1; ; rows = Bucket(rows + 1))
        {
            Record(rows, isShort: false);
            if (kernels.CanBeShort(rows, cache.Shape, queryHeads)) Record(rows, isShort: true);
            if (rows == maxSequences) return;
        }
    }

    private void Record(int rows, bool isShort)
    {
        inputs.Clear();
        inputs.Pad(rows, unusedSlot);
        var layout = inputs.Layout;
        layout.LogitRows.AsSpan(0, rows).Clear();
        layout.LogitCount = rows;
        layout.PastIsComplete = true;
        layout.LengthsAreShort = isShort;
        kernels.Begin(layout);

        // Once as it is: what is made at first use is not made while recording.
        Forward(layout);
        kernels.Context.Stream.Synchronize();
        CudaTensor? logits = null;
        var graph = kernels.Context.Stream.Capture(() => logits = Forward(layout));
        graphs[(rows, isShort)] = (graph, logits!);
    }

    private CudaTensor Forward(StepLayout layout)
    {
        model.Forward(layout, cache);
        return (CudaTensor)model.Logits(layout);
    }

    private void PadLogits(StepLayout layout)
    {
        int count = layout.LogitCount == 0 ? 0 : Bucket(layout.LogitCount);
        layout.LogitRows.AsSpan(layout.LogitCount, count - layout.LogitCount).Clear();
        layout.LogitCount = count;
    }

    private int PaddedRows(int rows) => Math.Min((rows + RowUnit - 1) / RowUnit * RowUnit, inputs.Layout.Tokens.Length);

    /// <summary>The number of rows that a step of so many decodes is padded to.</summary>
    private int Bucket(int rows)
    {
        int unit = rows switch
        {
            <= 2 => 1,
            <= 4 => 2,
            <= 8 => 4,
            <= 64 => 8,
            <= 256 => 16,
            <= 512 => 32,
            _ => 64,
        };
        return Math.Min((rows + unit - 1) / unit * unit, maxSequences);
    }
}
