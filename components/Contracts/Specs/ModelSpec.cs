using System.Text.Json;
using System.Text.Json.Serialization;

namespace Serverless.Contracts.Specs;

/// <summary>Which model, and how it runs.</summary>
public sealed record ModelSpec
{
    /// <summary>A folder in Hugging Face layout, <c>hf://org/name[@revision]</c>, or <c>az://container/path</c>; for <see cref="EngineKind.OpenAI"/> the model's name at the server.</summary>
    [JsonPropertyName("source")]
    public required string Source { get; init; }

    /// <summary>What generates. Default: local.</summary>
    [JsonPropertyName("engine")]
    public EngineKind Engine { get; init; } = EngineKind.Local;

    /// <summary>Address of an OpenAI-compatible server, for <see cref="EngineKind.OpenAI"/>. Default: none.</summary>
    [JsonPropertyName("base_url")]
    public string? BaseUrl { get; init; }

    /// <summary>Name of the secret that holds the server's or the hub's key. Default: none.</summary>
    [JsonPropertyName("secret_ref")]
    public string? SecretRef { get; init; }

    /// <summary>How the engine runs the model. Default: the engine's defaults.</summary>
    [JsonPropertyName("engine_args")]
    public EngineArgs EngineArgs { get; init; } = new();
}

/// <summary>What generates.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EngineKind>))]
public enum EngineKind
{
    /// <summary>This product's own engine, on the machine that runs the shard.</summary>
    [JsonStringEnumMemberName("local")]
    Local,

    /// <summary>A server that speaks the OpenAI API.</summary>
    [JsonStringEnumMemberName("openai")]
    OpenAI,
}

/// <summary>How the engine runs the model. Names and meaning follow vLLM's engine arguments.</summary>
public sealed record EngineArgs
{
    /// <summary>Longest prompt plus completion, in tokens. Default: the model's own context length.</summary>
    [JsonPropertyName("max_model_len")]
    public int? MaxModelLen { get; init; }

    /// <summary>Sequences that run at once. Default: 128, on a GPU 256, on one of 70 GiB or more 1024; of a server, requests at once, 128.</summary>
    [JsonPropertyName("max_num_seqs")]
    public int? MaxNumSeqs { get; init; }

    /// <summary>Weights in memory: auto, float32, bfloat16 or float16. Default: auto.</summary>
    [JsonPropertyName("dtype")]
    public string Dtype { get; init; } = "auto";

    /// <summary><c>int8</c>: 8-bit weights with a scale per block, on CPUs only. Default: none.</summary>
    [JsonPropertyName("quantization")]
    public string? Quantization { get; init; }

    /// <summary>Share of the GPU's memory that may be used, above 0 and at most 1: the engine takes what others leave of it. Default: 0.9.</summary>
    [JsonPropertyName("gpu_memory_utilization")]
    public double GpuMemoryUtilization { get; init; } = 0.9;

    /// <summary>Bytes of KV cache. Default: on a CPU, the smaller of 4 GiB and a quarter of the available memory; on a GPU, what is left of its share.</summary>
    [JsonPropertyName("kv_cache_bytes")]
    public long? KvCacheBytes { get; init; }

    /// <summary>Tokens of one KV block, 16 or 32. Default: 16.</summary>
    [JsonPropertyName("block_size")]
    public int BlockSize { get; init; } = 16;

    /// <summary>Reuse KV blocks of equal prompt beginnings. Default: true.</summary>
    [JsonPropertyName("enable_prefix_caching")]
    public bool EnablePrefixCaching { get; init; } = true;

    /// <summary>Whether a row's text must not depend on the rows beside it; on a CPU it never does, on a GPU it costs speed. Default: false.</summary>
    [JsonPropertyName("batch_invariant")]
    public bool BatchInvariant { get; init; }

    /// <summary>A Jinja chat template, or the path of a file that holds one. Default: the model's own.</summary>
    [JsonPropertyName("chat_template")]
    public string? ChatTemplate { get; init; }

    /// <summary>Further variables of the chat template, such as <c>enable_thinking</c>. Default: none.</summary>
    [JsonPropertyName("chat_template_kwargs")]
    public IReadOnlyDictionary<string, JsonElement>? ChatTemplateKwargs { get; init; }

    /// <summary>Seed of rows that name none. Default: 0.</summary>
    [JsonPropertyName("seed")]
    public long Seed { get; init; }

    /// <summary>GPUs that share each layer. Default: 1.</summary>
    [JsonPropertyName("tensor_parallel")]
    public int TensorParallel { get; init; } = 1;

    /// <summary>GPUs among which the layers are divided. Default: 1.</summary>
    [JsonPropertyName("pipeline_parallel")]
    public int PipelineParallel { get; init; } = 1;
}
