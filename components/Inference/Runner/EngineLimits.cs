using Serverless.Inference.Kernels;
using Serverless.Inference.Models;

namespace Serverless.Inference.Runner;

/// <summary>What the options come to for one model on one device: every size is known and checked.</summary>
/// <param name="MaxModelLen">Longest prompt plus completion.</param>
/// <param name="MaxSequences">Sequences that run at once.</param>
/// <param name="MaxBatchedTokens">Tokens of one step.</param>
/// <param name="Storage">How weights are stored.</param>
/// <param name="KvShape">The KV cache.</param>
internal sealed record EngineLimits(int MaxModelLen, int MaxSequences, int MaxBatchedTokens, DType Storage, KvCacheShape KvShape)
{
    // Kernels take heads of whole units, and a KV cache pads them to whole vectors.
    private const int HeadUnit = 8;
    private const int HeadVector = 16;

    // A step's block tables lie in one array.
    private const int MaxTableEntries = 1 << 28;

    private static readonly TimeSpan MaxStepTimeout = TimeSpan.FromDays(30);

    /// <summary>Longest time of a step: see <see cref="EngineOptions.StepTimeout"/>.</summary>
    public TimeSpan StepTimeout { get; init; } = EngineOptions.DefaultStepTimeout;

    /// <summary>Requests that may wait in the engine before submitting one has to wait itself.</summary>
    public int MaxWaiting => Math.Max(1024, 16 * MaxSequences);

    /// <summary>Requests of one call that may be under way or finished and not yet taken.</summary>
    public int MaxOfOneCall => Math.Max(32, 2 * MaxSequences);

    /// <summary>Checks what can be checked without knowing the model.</summary>
    /// <exception cref="InferenceException">An option is out of range.</exception>
    public static void Check(EngineOptions options)
    {
        Require(options.MaxNumSeqs is null or (>= 1 and <= 65536), "max_num_seqs", "from 1 to 65536", options.MaxNumSeqs);
        Require(options.BlockSize is 16 or 32, "block_size", "16 or 32", options.BlockSize);
        Require(options.MaxModelLen is null or >= 2, "max_model_len", "at least 2", options.MaxModelLen);
        Require(options.KvCacheBytes is null or > 0, "kv_cache_bytes", "above 0", options.KvCacheBytes);
        Require(options.Threads is null or >= 1, "threads", "at least 1", options.Threads);
        Require(options.StepTimeout > TimeSpan.Zero && options.StepTimeout <= MaxStepTimeout, "StepTimeout", $"above 0 and at most {MaxStepTimeout}", options.StepTimeout);
        Require(
            options.MaxNumBatchedTokens is null || options.MaxNumBatchedTokens >= (options.MaxNumSeqs ?? 1), "max_num_batched_tokens",
            $"at least max_num_seqs ({options.MaxNumSeqs ?? 1}), since each running sequence takes one token of a step", options.MaxNumBatchedTokens);
        var device = DeviceSelection.Parse(options.Device);
        Require(!device.IsList, "device", "auto, cpu, cuda or cuda:N, one card", options.Device);
        if (StorageOf(options) == DType.Int8 && device.IsCuda)
        {
            throw new InferenceException(
                InferenceErrorCodes.EngineOptions,
                $"quantization {options.Quantization} runs on CPUs only, and device {options.Device} is a GPU. Leave quantization out (weights are then bfloat16), "
                + "or run it on a CPU: with --device cpu, or where some nodes have no GPU, with placement.accelerator_type: cpu.");
        }
    }

    /// <summary>Tokens of one step.</summary>
    /// <param name="options">The options.</param>
    /// <param name="stepTokens">The device's default.</param>
    /// <param name="sequences">Sequences that run at once.</param>
    public static int BatchedTokens(EngineOptions options, int stepTokens, int sequences) => options.MaxNumBatchedTokens ?? Math.Max(stepTokens, sequences);

    /// <summary>Sequences that run at once; each takes one token of a step.</summary>
    /// <param name="options">The options.</param>
    /// <param name="deviceDefault">The device's default.</param>
    public static int Sequences(EngineOptions options, int deviceDefault) => options.MaxNumSeqs ?? Math.Min(deviceDefault, options.MaxNumBatchedTokens ?? int.MaxValue);

    /// <summary>Checks what can be checked without knowing the device.</summary>
    /// <exception cref="InferenceException">The context is longer than the model's, or there are no kernels for the model's heads.</exception>
    public static void CheckModel(EngineOptions options, ModelConfig config)
    {
        if (config.HeadSize % HeadUnit != 0)
            throw new InferenceException(InferenceErrorCodes.ModelUnsupported, $"Heads of {config.HeadSize} numbers (head_dim) are not supported; supported: multiples of {HeadUnit}.");
        Require(
            options.MaxModelLen is null || options.MaxModelLen <= config.MaxPositionEmbeddings,
            "max_model_len", $"at most the model's own context length ({config.MaxPositionEmbeddings})", options.MaxModelLen);
    }

    /// <summary>Fills in defaults and sizes.</summary>
    /// <param name="options">Options that were checked.</param>
    /// <param name="config">The model.</param>
    /// <param name="kernels">The device.</param>
    /// <param name="reservedBytes">Of the device's memory, what the KV cache must leave. Default: nothing.</param>
    /// <exception cref="InferenceException">
    /// The context is longer than the model's, the KV cache cannot hold one sequence, or the kernels cannot take the model's heads.
    /// </exception>
    public static EngineLimits Resolve(EngineOptions options, ModelConfig config, IKernels kernels, long reservedBytes = 0)
    {
        CheckModel(options, config);
        int sequences = Sequences(options, kernels.DefaultSequences);
        int batchedTokens = BatchedTokens(options, kernels.DefaultStepTokens, sequences);
        var storage = StorageOf(options);
        var shape = new KvCacheShape(
            config.NumHiddenLayers, Blocks: 0, options.BlockSize, config.NumKeyValueHeads, config.HeadSize,
            storage == DType.Int8 ? DType.BFloat16 : storage);
        long blockBytes = BlockBytes(shape);
        long affordable = (options.KvCacheBytes ?? Math.Max(0, kernels.DefaultKvCacheBytes - reservedBytes)) / blockBytes;
        int maxModelLen = ContextLength(options, config, affordable, blockBytes);
        long usable = (long)sequences * ((maxModelLen + options.BlockSize - 1) / options.BlockSize);
        Require(
            usable <= MaxTableEntries, "max_num_seqs", $"at most {MaxTableEntries / (usable / sequences)} with max_model_len {maxModelLen}", sequences);
        shape = shape with { Blocks = (int)Math.Min(Math.Min(affordable, usable), int.MaxValue / options.BlockSize) };
        return new EngineLimits(maxModelLen, sequences, batchedTokens, storage, shape) { StepTimeout = options.StepTimeout };
    }

    /// <summary>Bytes of one block, all layers, keys and values; heads take whole vectors.</summary>
    public static long BlockBytes(KvCacheShape shape)
    {
        int head = (shape.HeadSize + HeadVector - 1) / HeadVector * HeadVector;
        return 2L * shape.Layers * shape.BlockSize * shape.KvHeads * head * (shape.Storage == DType.Float32 ? sizeof(float) : sizeof(ushort));
    }

    /// <summary>A length that was asked for must fit; the model's own is cut to what the cache holds.</summary>
    private static int ContextLength(EngineOptions options, ModelConfig config, long blocks, long blockBytes)
    {
        long held = blocks * options.BlockSize;
        int wanted = options.MaxModelLen ?? config.MaxPositionEmbeddings;
        if (held >= wanted) return wanted;
        if (options.MaxModelLen is null && held >= options.BlockSize) return (int)held;
        long needed = (wanted + options.BlockSize - 1) / options.BlockSize * blockBytes;
        throw new InferenceException(
            options.KvCacheBytes is null ? InferenceErrorCodes.OutOfMemory : InferenceErrorCodes.EngineOptions,
            $"The KV cache holds {held} tokens, but a sequence of max_model_len {wanted} needs room for all of them. "
            + $"Set kv_cache_bytes to at least {needed}{(held > 0 ? $", or max_model_len to at most {held}" : "")}.");
    }

    /// <summary>How weights are stored.</summary>
    /// <exception cref="InferenceException">The options name a type that there is not.</exception>
    public static DType StorageOf(EngineOptions options)
    {
        Require(options.Quantization is null or "int8", "quantization", "int8 or left out", options.Quantization);
        var storage = options.Dtype switch
        {
            "auto" or "bfloat16" => DType.BFloat16,
            "float32" => DType.Float32,
            "float16" => DType.Float16,
            _ => throw OutOfRange("dtype", "auto, bfloat16, float16 or float32", options.Dtype),
        };
        return options.Quantization is null ? storage : DType.Int8;
    }

    private static void Require<T>(bool holds, string option, string allowed, T found)
    {
        if (!holds) throw OutOfRange(option, allowed, found);
    }

    private static InferenceException OutOfRange<T>(string option, string allowed, T found) =>
        new(InferenceErrorCodes.EngineOptions, $"{option} must be {allowed}; found {found}.");
}
