namespace Serverless.Inference.Models;

/// <summary>What config.json says that changes the mathematics. Anything that is not expressed here is refused by name when the file is read.</summary>
public sealed record ModelConfig
{
    /// <summary>The architecture's class name, such as <c>LlamaForCausalLM</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Rows of the embedding table.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the MLP.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Layers.</summary>
    public required int NumHiddenLayers { get; init; }

    /// <summary>Query heads.</summary>
    public required int NumAttentionHeads { get; init; }

    /// <summary>Key and value heads.</summary>
    public required int NumKeyValueHeads { get; init; }

    /// <summary>Numbers of one head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Longest context that the model was made for.</summary>
    public required int MaxPositionEmbeddings { get; init; }

    /// <summary>Epsilon of the norms.</summary>
    public required float RmsNormEps { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public required double RopeTheta { get; init; }

    /// <summary>Share of a head that is rotated. Default: 1.</summary>
    public double PartialRotaryFactor { get; init; } = 1;

    /// <summary>Scaling of the rotary frequencies; null for none.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Positions that a token sees; null for all.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>First layer that uses <see cref="SlidingWindow"/> (Qwen's max_window_layers). Default: 0.</summary>
    public int SlidingWindowFirstLayer { get; init; }

    /// <summary>lm_head is the embedding table.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>q, k and v projections have biases.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>The output projection has a bias too (Llama's attention_bias).</summary>
    public bool AttentionOutputBias { get; init; }

    /// <summary>MLP projections have biases.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Query and key heads are normed (Qwen3).</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Tokens that end a sequence, from generation_config.json, else config.json.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Type of the checkpoint's numbers, as the file says; null if it does not.</summary>
    public string? TorchDtype { get; init; }
}

/// <summary>Scaling of rotary frequencies.</summary>
/// <param name="Type"><c>llama3</c>, <c>linear</c>.</param>
/// <param name="Factor">By how much low frequencies are divided.</param>
/// <param name="LowFrequencyFactor">llama3: wavelengths above original / low are scaled.</param>
/// <param name="HighFrequencyFactor">llama3: wavelengths below original / high are not.</param>
/// <param name="OriginalMaxPositionEmbeddings">llama3: the context before scaling.</param>
public sealed record RopeScaling(string Type, double Factor, double LowFrequencyFactor = 1, double HighFrequencyFactor = 4, int OriginalMaxPositionEmbeddings = 8192);
