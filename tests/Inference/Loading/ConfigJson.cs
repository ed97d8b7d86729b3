using System.Text.Json.Nodes;

namespace Serverless.Inference.Tests.Loading;

/// <summary>config.json texts: a small Llama with fields replaced.</summary>
internal static class ConfigJson
{
    public static string Llama(params IEnumerable<(string Name, string? Json)> changes) => Of("LlamaForCausalLM", "llama", changes);

    public static string Mistral(params IEnumerable<(string Name, string? Json)> changes) => Of("MistralForCausalLM", "mistral", changes);

    public static string Qwen2(params IEnumerable<(string Name, string? Json)> changes) => Of("Qwen2ForCausalLM", "qwen2", changes);

    public static string Qwen3(params IEnumerable<(string Name, string? Json)> changes) => Of("Qwen3ForCausalLM", "qwen3", changes);

    /// <summary>Each change sets a field to a JSON text, or removes it if that is null.</summary>
    private static string Of(string architecture, string modelType, IEnumerable<(string Name, string? Json)> changes)
    {
        var config = JsonNode.Parse($$"""
            {
              "architectures": ["{{architecture}}"], "model_type": "{{modelType}}", "vocab_size": 320, "hidden_size": 64,
              "intermediate_size": 128, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
              "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu", "eos_token_id": 2
            }
            """)!.AsObject();
        foreach (var (name, json) in changes)
        {
            config.Remove(name);
            if (json is not null) config[name] = JsonNode.Parse(json);
        }

        return config.ToJsonString();
    }
}
