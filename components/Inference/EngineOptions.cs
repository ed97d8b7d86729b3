namespace Serverless.Inference;

/// <summary>Which model to load and how to run it. Names and defaults follow vLLM's engine arguments where they make sense.</summary>
/// <param name="ModelSource">A folder in Hugging Face layout, or <c>hf://org/name[@revision]</c>.</param>
public sealed record EngineOptions(string ModelSource)
{
    /// <summary>
    /// What it runs on: <c>auto</c> (the first CUDA card, where there is none the CPU), <c>cpu</c>, <c>cuda</c> (the first card), or
    /// <c>cuda:N</c>, as the driver numbers the cards that <c>CUDA_VISIBLE_DEVICES</c> lets this process see; in programs that have the TorchSharp
    /// backend also <c>torch</c> (CUDA where torch has it, else the CPU), <c>torch:cpu</c>, <c>torch:cuda</c> or <c>torch:cuda:N</c>. Default: auto.
    /// </summary>
    public string Device { get; init; } = "auto";

    /// <summary>Longest prompt plus completion, in tokens. Default: the model's own context length.</summary>
    public int? MaxModelLen { get; init; }

    /// <summary>Sequences that run at once. Default: 128, on a GPU 256, on one of 70 GiB or more 1024.</summary>
    public int? MaxNumSeqs { get; init; }

    /// <summary>Tokens of one step, prefill chunks and decodes together; at least <see cref="MaxNumSeqs"/>. Default: the larger of that and 256, on a GPU 8192.</summary>
    public int? MaxNumBatchedTokens { get; init; }

    /// <summary>Weights in memory: <c>auto</c> (bfloat16), <c>float32</c>, <c>bfloat16</c>, <c>float16</c>. Default: auto.</summary>
    public string Dtype { get; init; } = "auto";

    /// <summary><c>int8</c>: 8-bit weights with a scale per block, on CPUs only. Default: none.</summary>
    public string? Quantization { get; init; }

    /// <summary>Tokens of one KV block: 16 or 32. Default: 16.</summary>
    public int BlockSize { get; init; } = 16;

    /// <summary>
    /// Bytes of KV cache. Default: on a CPU, the smaller of 4 GiB and a quarter of the available memory; on a GPU, what weights and
    /// activations leave of <see cref="GpuMemoryUtilization"/>; of a GPU that torch runs on, a quarter of what is free. With a size, an engine
    /// takes no more of a GPU than it needs.
    /// </summary>
    public long? KvCacheBytes { get; init; }

    /// <summary>
    /// Share of a GPU's memory that may be used, above 0 and at most 1: the engine takes what others leave of it. Without meaning on a CPU,
    /// on a torch device and where <see cref="KvCacheBytes"/> is given. Default: 0.9.
    /// </summary>
    public double GpuMemoryUtilization { get; init; } = 0.9;

    /// <summary>Reuse KV blocks of equal prompt beginnings. Default: true.</summary>
    public bool EnablePrefixCaching { get; init; } = true;

    /// <summary>A Jinja template, or the path of a file that holds one, in place of the model's own. Default: the model's own.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Seed of requests that name none. Default: 0.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// Whether a request's tokens must not depend on what it is batched with; on a CPU they never do, on a GPU it costs speed, a torch device
    /// refuses it. Default: false.
    /// </summary>
    public bool BatchInvariant { get; init; }

    /// <summary>CPU threads of the kernels; of torch devices, those of the whole process. Default: one per core.</summary>
    public int? Threads { get; init; }

    /// <summary>
    /// Longest time of a step, above 0 and at most 30 days. A step that takes longer has met a device that hangs: the engine then fails, with all requests under way
    /// (engine_failed), and only a new process can have another on that device. Default: 10 minutes; steps of large models on few CPU cores take seconds.
    /// </summary>
    public TimeSpan StepTimeout { get; init; } = DefaultStepTimeout;

    internal static TimeSpan DefaultStepTimeout { get; } = TimeSpan.FromMinutes(10);
}
