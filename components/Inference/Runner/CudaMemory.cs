using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cuda;
using Serverless.Inference.Loading;
using Serverless.Inference.Models;

namespace Serverless.Inference.Runner;

/// <summary>How much of a card's memory an engine needs for what.</summary>
internal static class CudaMemory
{
    // cuBLASLt's workspace, tables of rotary embedding, what rounding costs.
    private const long SlackBytes = 256 << 20;

    /// <summary>Rows of logits that penalties and biases change at once.</summary>
    public static int MaxChanged(int maxSequences) => Math.Min(64, maxSequences);

    /// <summary>
    /// What an engine takes whose KV cache was given a size: no more than it needs, so that others fit on the card. Null where the
    /// cache gets what is left of the card's share.
    /// </summary>
    public static long? Bytes(EngineOptions options, ModelFolder folder, CudaDevice device) =>
        options.KvCacheBytes is null ? null : CudaNeed.Of(options, folder, device).Total;

    /// <summary>What an engine could have of a card at this moment.</summary>
    /// <exception cref="InferenceException">The driver refuses.</exception>
    public static long Available(EngineOptions options, CudaDevice device)
    {
        using var context = new CudaContext(device);
        var (free, total) = context.Memory();
        long share = (long)(total * options.GpuMemoryUtilization) - (total - free);
        return options.KvCacheBytes is null ? Math.Clamp(share, 0, free) : free;
    }

    /// <summary>What activations, logits and sampling need, beside weights and KV cache.</summary>
    public static long Reserved(EngineOptions options, ModelConfig config, CudaDevice device)
    {
        int sequences = EngineLimits.Sequences(options, CudaKernels.SequencesOf(device));
        long rows = EngineLimits.BatchedTokens(options, CudaKernels.StepTokens, sequences);
        int bytes = Layout.Bytes(EngineLimits.StorageOf(options));
        long queries = config.NumAttentionHeads * config.HeadSize;
        long keys = config.NumKeyValueHeads * config.HeadSize;
        long row = (3L * config.HiddenSize) + (2 * queries) + (2 * keys) + (3L * config.IntermediateSize);
        long positions = options.MaxModelLen ?? config.MaxPositionEmbeddings;
        long tables = 2L * sequences * ((positions / options.BlockSize) + 1) * sizeof(int);
        long unusedBlock = 2L * config.NumHiddenLayers * options.BlockSize * keys * bytes;
        return (rows * row * bytes) + (sequences * ((config.HiddenSize * bytes) + ((long)config.VocabSize * sizeof(float))))
            + CudaSampling.Bytes(device, config.VocabSize, sequences, MaxChanged(sequences))
            + tables + (positions * config.HeadSize * sizeof(float)) + unusedBlock + SlackBytes;
    }

    /// <summary>What a checkpoint's tensors take on the card; rows are padded by a little.</summary>
    public static long Weights(ModelConfig config, Weights weights, DType storage)
    {
        long numbers = 0;
        foreach (string name in weights.Names)
        {
            bool isUnused = config.TieWordEmbeddings && name == DecoderFamily.Names.Head;
            if (isUnused || !weights.TryGet(name, out var tensor)) continue;
            long rows = 1;
            for (int i = 0; i < tensor.Shape.Count - 1; i++) rows *= tensor.Shape[i];
            numbers += rows * Layout.Padded(tensor.Shape.Count == 0 ? 1 : tensor.Shape[^1]);
        }

        // Vectors lie there in two types.
        return (numbers * Layout.Bytes(storage)) + (weights.Names.Count() * 3L * ArenaMap.Alignment) + (numbers / 64);
    }
}
