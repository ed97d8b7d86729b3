using System.Text.Json;

namespace Serverless.Inference.Loading;

/// <summary>
/// Fields of other families' configurations that change the mathematics. The supported architectures do not read them, so a
/// checkpoint that sets one was made by other code than the name of its architecture says, and would quietly come out wrong.
/// Fields that are on no list here (dropout, initialisation, training, caching) are harmless and ignored;
/// <c>pretraining_tp</c> is one: it only splits a sum.
/// </summary>
internal static class ForeignFields
{
    /// <summary>Switches and sizes: only absence, null, false, 0 and empty values leave the mathematics alone.</summary>
    private static readonly string[] Off =
    [
        // Quantised or compressed weights.
        "quantization_config", "compression_config",
        // Logits, attention scores and queries.
        "final_logit_softcapping", "attn_logit_softcapping", "logits_soft_cap", "logit_soft_cap", "query_pre_attn_scalar",
        "clip_qkv", "use_logn_attn", "attn_temperature_tuning", "attention_sink", "attention_sinks", "use_attention_sink",
        "use_bidirectional_attention", "attention_chunk_size", "dual_chunk_attention_config", "alibi", "use_alibi",
        // Norms and residuals.
        "use_qk_norm", "qk_norm", "qk_layernorm", "use_parallel_residual", "parallel_residual", "parallel_attn", "norm_after",
        "post_norm", "rms_norm_add_unit_offset", "add_unit_offset", "scale_depth", "scale_emb", "dim_model_base", "mup_enabled",
        // Positions.
        "no_rope_layers", "no_rope_layer_interval", "rope_interleave", "rope_interleaved", "rotary_interleaved", "rotary_dim",
        "rope_local_base_freq", "local_rope_theta", "global_rope_theta", "use_dynamic_ntk", "use_mrope", "sliding_window_pattern",
        // Other layers altogether.
        "num_experts", "num_local_experts", "n_routed_experts", "moe_intermediate_size", "q_lora_rank", "kv_lora_rank",
        "cross_attention_layers", "add_cross_attention", "is_encoder_decoder", "bias", "use_bias", "use_mlp_bias",
    ];

    /// <summary>Factors: only absence, null and 1 leave the mathematics alone.</summary>
    private static readonly string[] One =
    [
        "attention_multiplier", "embedding_multiplier", "residual_multiplier", "logits_scaling", "logit_scale", "logits_scale",
        "attention_scale", "attn_scale", "softmax_scale", "embedding_scale", "emb_scale", "lm_head_multiplier", "key_multiplier",
        "attention_in_multiplier", "attention_out_multiplier", "norm_scale", "rope_scale", "logit_multiplier",
    ];

    /// <exception cref="InferenceException">A field is set; the message names it, its value and what would be harmless.</exception>
    public static void Refuse(JsonFields config)
    {
        foreach (string name in Off)
        {
            if (config.Find(name) is { } value && !IsOff(value)) throw config.Unsupported(name, "absent, null or off");
        }

        foreach (string name in One)
        {
            if (config.Find(name) is { } value && !(value.ValueKind == JsonValueKind.Number && value.GetDouble() == 1))
                throw config.Unsupported(name, "absent, null or 1");
        }
    }

    private static bool IsOff(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Number => value.GetDouble() == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}
