namespace Serverless.Inference.Models;

/// <summary>
/// A family of decoder-only transformers: where its checkpoints keep what, and which of the optional parts it has. The members
/// here are Llama's, whose layout most families share; a family overrides what it does in another way.
/// </summary>
internal abstract class DecoderFamily
{
    /// <summary>Every family that the engine knows.</summary>
    public static IReadOnlyList<DecoderFamily> All { get; } = [new Llama(), new Mistral(), new Qwen2(), new Qwen3()];

    /// <summary>The name in config.json's <c>architectures</c>.</summary>
    public abstract string Architecture { get; }

    /// <summary>Finds the family of a model.</summary>
    /// <exception cref="InferenceException">There is none of that name.</exception>
    public static DecoderFamily Of(ModelConfig config)
    {
        foreach (var family in All)
        {
            if (family.Architecture == config.Architecture) return family;
        }

        throw new InferenceException(
            InferenceErrorCodes.ModelUnsupported,
            $"Architecture {config.Architecture} is not supported; supported: {string.Join(", ", All.Select(family => family.Architecture))}.");
    }

    /// <summary>Whether q, k and v projections have biases.</summary>
    public virtual bool HasQkvBias(ModelConfig config) => config.AttentionBias;

    /// <summary>Whether the output projection has one.</summary>
    public virtual bool HasOutputBias(ModelConfig config) => config.AttentionOutputBias;

    /// <summary>Whether the MLP's projections have biases.</summary>
    public virtual bool HasMlpBias(ModelConfig config) => config.MlpBias;

    /// <summary>Whether query and key heads are normed before they are rotated.</summary>
    public virtual bool HasHeadNorms(ModelConfig config) => config.QueryKeyNorm;

    /// <summary>Positions that a token of the layer sees; null for all.</summary>
    public virtual int? Window(ModelConfig config, int layer) => layer >= config.SlidingWindowFirstLayer ? config.SlidingWindow : null;

    /// <summary>Whether a tensor that no part of the model uses may be there all the same.</summary>
    public virtual bool MayIgnore(string tensor, ModelConfig config) =>
        tensor.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || (config.TieWordEmbeddings && tensor == Names.Head);

    /// <summary>Names of tensors, as transformers writes them for all of these families.</summary>
    internal static class Names
    {
        public const string Embedding = "model.embed_tokens.weight";
        public const string FinalNorm = "model.norm.weight";
        public const string Head = "lm_head.weight";

        public static string Layer(int layer) => $"model.layers.{layer}.";
    }
}
