namespace Serverless.Inference.Loading;

/// <summary>
/// Reads which layers see only the last positions. Mistral: all of them, 4096 positions unless the file says otherwise. Qwen:
/// if <c>use_sliding_window</c>, those from <c>max_window_layers</c> on, or as <c>layer_types</c> lists them. Llama: none.
/// </summary>
internal static class SlidingWindowReader
{
    private const int DefaultWindow = 4096;
    private const int QwenDefaultMaxWindowLayers = 28;

    /// <summary>The window (null if every layer sees everything) and the first layer that has it.</summary>
    public static (int? Window, int FirstLayer) Read(JsonFields config, string architecture, int layers, int maxPositions)
    {
        bool isQwen = architecture.StartsWith("Qwen", StringComparison.Ordinal);
        int? window = config.Contains("sliding_window") ? config.OptionalSize("sliding_window")
            : architecture == "LlamaForCausalLM" ? null : DefaultWindow;
        if (isQwen && !(config.Boolean("use_sliding_window") ?? false)) window = null;

        int first = !isQwen ? 0 : config.Integer("max_window_layers") ?? QwenDefaultMaxWindowLayers;
        if (config.Texts("layer_types") is { } types)
        {
            first = FirstWindowLayer(config, types, layers);
            // transformers gives every layer of a Mistral its window, whatever this list says.
            if (architecture == "MistralForCausalLM" && window is not null && first > 0)
                throw config.Unsupported("layer_types", "sliding_attention for all layers of a MistralForCausalLM that has a sliding_window");
        }

        // A window as long as the context hides nothing.
        if (window is null || window >= maxPositions || first >= layers) return (null, 0);
        return architecture == "LlamaForCausalLM"
            ? throw config.Unsupported("sliding_window", "null for LlamaForCausalLM (MistralForCausalLM has windows)")
            : (window, Math.Max(0, first));
    }

    private static int FirstWindowLayer(JsonFields config, IReadOnlyList<string> types, int layers)
    {
        const string Supported = "full_attention for the first layers, then sliding_attention";
        if (types.Count != layers)
            throw ModelErrors.File(config.File, $"field layer_types: expected num_hidden_layers = {layers} entries, found {types.Count}.");
        int first = types.TakeWhile(type => type == "full_attention").Count();
        return types.Skip(first).All(type => type == "sliding_attention") ? first : throw config.Unsupported("layer_types", Supported);
    }
}
