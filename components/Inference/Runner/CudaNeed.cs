using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cuda;
using Serverless.Inference.Loading;

namespace Serverless.Inference.Runner;

/// <summary>The least memory of a card that an engine can run with, in bytes.</summary>
/// <param name="Weights">Weights.</param>
/// <param name="Work">Activations, logits and sampling.</param>
/// <param name="KvCache">The KV cache: what the options say, else room for one sequence.</param>
internal sealed record CudaNeed(long Weights, long Work, long KvCache)
{
    /// <summary>All of it.</summary>
    public long Total => Weights + Work + KvCache;

    /// <summary>What a model needs with these options.</summary>
    public static CudaNeed Of(EngineOptions options, ModelFolder folder, CudaDevice device)
    {
        var storage = EngineLimits.StorageOf(options);
        var config = folder.Config;
        var block = new KvCacheShape(config.NumHiddenLayers, Blocks: 1, options.BlockSize, config.NumKeyValueHeads, config.HeadSize, storage);
        long blocks = ((options.MaxModelLen ?? 1) + options.BlockSize - 1) / options.BlockSize;
        return new CudaNeed(
            CudaMemory.Weights(config, folder.Weights, storage), CudaMemory.Reserved(options, config, device),
            options.KvCacheBytes ?? (blocks * EngineLimits.BlockBytes(block)));
    }

    /// <summary>The error of a card that has less: what is needed, what there is, and what to set.</summary>
    /// <param name="options">The engine's options.</param>
    /// <param name="device">The card.</param>
    /// <param name="available">What the engine could have of it, in bytes.</param>
    /// <param name="cause">How it was noticed.</param>
    public InferenceException Unmet(EngineOptions options, CudaDevice device, long available, Exception? cause = null) => new(
        InferenceErrorCodes.OutOfMemory,
        $"The engine does not fit on GPU {device.Index} ({device.Name}): it needs {Megabytes(Total)} ({Megabytes(Weights)} for weights, "
        + $"{Megabytes(Work)} for activations, logits and sampling, {Megabytes(KvCache)} for "
        + (options.KvCacheBytes is null
            ? $"the keys and values of one sequence), and gpu_memory_utilization {options.GpuMemoryUtilization} leaves it {Megabytes(available)} of the card's {Megabytes(device.MemoryBytes)}. "
              + "Set gpu_memory_utilization higher, or max_num_seqs, max_num_batched_tokens or max_model_len lower, or give every engine of the card kv_cache_bytes so that they share it."
            : $"the KV cache), and {Megabytes(available)} of the card's {Megabytes(device.MemoryBytes)} are free. "
              + "Set kv_cache_bytes, max_num_seqs, max_num_batched_tokens or max_model_len lower, or end what else runs on the card (nvidia-smi lists it)."),
        cause);

    private static string Megabytes(long bytes) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / 1e6:F0} MB");
}
