using Serverless.Inference.Models;

namespace Serverless.Inference.Loading;

/// <summary>Reads config.json. Each field that changes the mathematics is honoured, or refused by name and value.</summary>
internal static class ModelConfigReader
{
    private static readonly Dictionary<string, string> ModelTypes = new()
    {
        ["LlamaForCausalLM"] = "llama",
        ["MistralForCausalLM"] = "mistral",
        ["Qwen2ForCausalLM"] = "qwen2",
        ["Qwen3ForCausalLM"] = "qwen3",
    };

    /// <summary>Head size of Qwen3 where the file names none; other families divide the hidden size.</summary>
    private const int Qwen3DefaultHeadSize = 128;

    /// <exception cref="InferenceException">The file is missing or malformed, or asks for what is not supported.</exception>
    public static ModelConfig Read(string folder)
    {
        string path = Path.Combine(folder, "config.json");
        if (!File.Exists(path)) throw ModelErrors.File(path, $"is missing; {ModelErrors.FilesIn(folder)}.");
        var fields = JsonFields.Read(path);
        string architecture = ReadArchitecture(fields);
        ForeignFields.Refuse(fields);
        if (fields.Text("hidden_act") is not (null or "silu" or "swish")) throw fields.Unsupported("hidden_act", "silu");

        int layers = fields.Size("num_hidden_layers");
        int maxPositions = fields.Size("max_position_embeddings");
        var (theta, partial, scaling) = RopeReader.Read(fields, architecture);
        var (window, firstWindowLayer) = SlidingWindowReader.Read(fields, architecture, layers, maxPositions);
        bool attentionBias = ReadAttentionBias(fields, architecture);
        var config = new ModelConfig
        {
            Architecture = architecture,
            VocabSize = fields.Size("vocab_size"),
            HiddenSize = fields.Size("hidden_size"),
            IntermediateSize = fields.Size("intermediate_size"),
            NumHiddenLayers = layers,
            NumAttentionHeads = fields.Size("num_attention_heads"),
            NumKeyValueHeads = ReadKeyValueHeads(fields, architecture),
            HeadSize = ReadHeadSize(fields, architecture),
            MaxPositionEmbeddings = maxPositions,
            RmsNormEps = (float)(fields.Number("rms_norm_eps") ?? 1e-6),
            RopeTheta = theta,
            PartialRotaryFactor = partial,
            RopeScaling = scaling,
            SlidingWindow = window,
            SlidingWindowFirstLayer = firstWindowLayer,
            TieWordEmbeddings = fields.Boolean("tie_word_embeddings") ?? false,
            AttentionBias = attentionBias,
            AttentionOutputBias = attentionBias && architecture != "Qwen2ForCausalLM",
            MlpBias = ReadMlpBias(fields, architecture),
            QueryKeyNorm = architecture == "Qwen3ForCausalLM",
            EosTokenIds = fields.TokenIds("eos_token_id"),
            TorchDtype = fields.Text("dtype") ?? fields.Text("torch_dtype"),
        };
        CheckHeads(fields, config);
        return config;
    }

    private static string ReadArchitecture(JsonFields fields)
    {
        string supported = string.Join(", ", ModelTypes.Keys);
        if (fields.Texts("architectures") is not [var architecture, ..])
            throw ModelErrors.File(fields.File, $"names no architecture: expected architectures to list one of {supported}.");
        if (!ModelTypes.TryGetValue(architecture, out string? modelType)) throw fields.Unsupported("architectures", supported);
        if (fields.Text("model_type") is { } found && found != modelType) throw fields.Unsupported("model_type", $"{modelType} with {architecture}");
        return architecture;
    }

    private static int ReadKeyValueHeads(JsonFields fields, string architecture)
    {
        // Absent means one for each query head in Llama only: the other families' own code would assume some other number.
        bool mayBeAbsent = architecture == "LlamaForCausalLM" || fields.Contains("num_key_value_heads");
        return mayBeAbsent ? fields.OptionalSize("num_key_value_heads") ?? fields.Size("num_attention_heads") : fields.Size("num_key_value_heads");
    }

    private static int ReadHeadSize(JsonFields fields, string architecture)
    {
        if (fields.OptionalSize("head_dim") is { } size) return size;
        if (architecture == "Qwen3ForCausalLM") return Qwen3DefaultHeadSize;
        int hidden = fields.Size("hidden_size"), heads = fields.Size("num_attention_heads");
        return hidden % heads == 0 ? hidden / heads
            : throw ModelErrors.File(fields.File, $"hidden_size = {hidden} is no multiple of num_attention_heads = {heads}, and there is no head_dim.");
    }

    /// <summary>Qwen2 always has biases on q, k and v, Mistral never; Llama and Qwen3 say it, and then the output projection has one too.</summary>
    private static bool ReadAttentionBias(JsonFields fields, string architecture) => (architecture, fields.Boolean("attention_bias")) switch
    {
        ("Qwen2ForCausalLM", false) => throw fields.Unsupported("attention_bias", "true for Qwen2ForCausalLM"),
        ("Qwen2ForCausalLM", _) => true,
        ("MistralForCausalLM", true) => throw fields.Unsupported("attention_bias", "false for MistralForCausalLM"),
        (_, var bias) => bias ?? false,
    };

    private static bool ReadMlpBias(JsonFields fields, string architecture) =>
        fields.Boolean("mlp_bias") is true
        && (architecture == "LlamaForCausalLM" ? true : throw fields.Unsupported("mlp_bias", $"false for {architecture}"));

    private static void CheckHeads(JsonFields fields, ModelConfig config)
    {
        if (config.NumAttentionHeads % config.NumKeyValueHeads != 0)
        {
            throw ModelErrors.File(
                fields.File,
                $"num_attention_heads = {config.NumAttentionHeads} is no multiple of num_key_value_heads = {config.NumKeyValueHeads}.");
        }

        int rotated = (int)(config.HeadSize * config.PartialRotaryFactor);
        if (rotated == 0 || rotated % 2 != 0)
            throw ModelErrors.File(fields.File, $"{rotated} of {config.HeadSize} numbers of a head would be rotated; expected an even number above 0.");
        if (config.RmsNormEps <= 0) throw ModelErrors.File(fields.File, $"field rms_norm_eps: expected a number above 0, found {config.RmsNormEps}.");
    }
}
