using Serverless.Inference.Loading;
using Serverless.Inference.Models;

namespace Serverless.Inference.Tests.Loading;

public sealed class ModelConfigTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_plain_Llama_has_the_family_s_defaults()
    {
        var config = Read(ConfigJson.Llama(("num_key_value_heads", null), ("rms_norm_eps", null), ("rope_theta", null), ("hidden_act", null)));
        config.ShouldBeEquivalentTo(new ModelConfig
        {
            Architecture = "LlamaForCausalLM",
            VocabSize = 320,
            HiddenSize = 64,
            IntermediateSize = 128,
            NumHiddenLayers = 3,
            NumAttentionHeads = 4,
            NumKeyValueHeads = 4,
            HeadSize = 16,
            MaxPositionEmbeddings = 512,
            RmsNormEps = 1e-6f,
            RopeTheta = 10_000,
            EosTokenIds = config.EosTokenIds,
        });
        config.EosTokenIds.ShouldBe([2]);
    }

    [Fact]
    public void Llama_biases_tied_embeddings_and_several_end_tokens_are_honoured()
    {
        var config = Read(ConfigJson.Llama(
            ("attention_bias", "true"), ("mlp_bias", "true"), ("tie_word_embeddings", "true"), ("eos_token_id", "[7,8]"),
            ("head_dim", "32"), ("torch_dtype", "\"bfloat16\"")));
        (config.AttentionBias, config.AttentionOutputBias, config.MlpBias, config.TieWordEmbeddings).ShouldBe((true, true, true, true));
        config.EosTokenIds.ShouldBe([7, 8]);
        config.HeadSize.ShouldBe(32);
        config.TorchDtype.ShouldBe("bfloat16");
    }

    [Fact]
    public void Qwen2_has_biases_on_q_k_and_v_only()
    {
        var config = Read(ConfigJson.Qwen2());
        (config.AttentionBias, config.AttentionOutputBias, config.QueryKeyNorm).ShouldBe((true, false, false));
    }

    [Fact]
    public void Qwen3_norms_queries_and_keys_and_has_heads_of_128_unless_it_says_otherwise()
    {
        var config = Read(ConfigJson.Qwen3());
        (config.AttentionBias, config.QueryKeyNorm, config.HeadSize).ShouldBe((false, true, 128));
        Read(ConfigJson.Qwen3(("head_dim", "32"), ("attention_bias", "true"))).AttentionOutputBias.ShouldBeTrue();
    }

    [Theory]
    [InlineData("rope_scaling", """{"type":"linear","factor":4}""", "linear", 4)]
    [InlineData("rope_scaling", """{"rope_type":"linear","factor":2.5,"type":"linear"}""", "linear", 2.5)]
    [InlineData("rope_parameters", """{"rope_type":"linear","factor":8.0,"rope_theta":20000}""", "linear", 8)]
    public void Linear_rope_scaling_is_read_in_both_spellings(string field, string json, string type, double factor)
    {
        var config = Read(ConfigJson.Llama((field, json)));
        config.RopeScaling!.Type.ShouldBe(type);
        config.RopeScaling.Factor.ShouldBe(factor);
    }

    [Theory]
    [InlineData("rope_scaling")]
    [InlineData("rope_parameters")]
    public void Llama3_rope_scaling_is_read_in_both_spellings(string field) =>
        Read(ConfigJson.Llama((field, """
            {"rope_type":"llama3","factor":32,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":8192}
            """))).RopeScaling.ShouldBe(new RopeScaling("llama3", 32, 1, 4, 8192));

    [Fact]
    public void Rope_parameters_hold_base_and_partial_factor()
    {
        var config = Read(ConfigJson.Llama(("rope_parameters", """{"rope_type":"default","rope_theta":5e5,"partial_rotary_factor":0.5}"""), ("rope_theta", null)));
        (config.RopeTheta, config.PartialRotaryFactor, config.RopeScaling).ShouldBe((5e5, 0.5, null));
    }

    [Fact]
    public void A_Mistral_window_is_the_file_s_or_4096_and_null_means_none()
    {
        Read(ConfigJson.Mistral(("sliding_window", "24"))).SlidingWindow.ShouldBe(24);
        Read(ConfigJson.Mistral(("max_position_embeddings", "32768"))).SlidingWindow.ShouldBe(4096);
        Read(ConfigJson.Mistral(("sliding_window", "null"), ("max_position_embeddings", "32768"))).SlidingWindow.ShouldBeNull();
    }

    [Fact]
    public void A_Qwen_window_counts_only_if_it_is_used_and_from_max_window_layers_on()
    {
        Read(ConfigJson.Qwen2(("sliding_window", "24"))).SlidingWindow.ShouldBeNull();
        Read(ConfigJson.Qwen2(("sliding_window", "24"), ("use_sliding_window", "true"))).SlidingWindow.ShouldBeNull("28 layers come first by default");
        var config = Read(ConfigJson.Qwen2(("sliding_window", "24"), ("use_sliding_window", "true"), ("max_window_layers", "1")));
        (config.SlidingWindow, config.SlidingWindowFirstLayer).ShouldBe((24, 1));
    }

    [Fact]
    public void Layer_types_decide_over_max_window_layers()
    {
        var config = Read(ConfigJson.Qwen3(
            ("sliding_window", "24"), ("use_sliding_window", "true"), ("max_window_layers", "0"),
            ("layer_types", """["full_attention","full_attention","sliding_attention"]""")));
        (config.SlidingWindow, config.SlidingWindowFirstLayer).ShouldBe((24, 2));
    }

    [Fact]
    public void A_Mistral_cannot_have_windows_in_some_layers_only()
    {
        const string Types = """["full_attention","full_attention","sliding_attention"]""";
        Unsupported(ConfigJson.Mistral(("sliding_window", "24"), ("layer_types", Types)), "layer_types = ");
        Read(ConfigJson.Mistral(("sliding_window", "null"), ("layer_types", Types))).SlidingWindow.ShouldBeNull();
    }

    [Fact]
    public void A_window_as_long_as_the_context_is_none() =>
        Read(ConfigJson.Mistral(("sliding_window", "512"))).SlidingWindow.ShouldBeNull();

    [Theory]
    [InlineData("architectures", """["GPT2LMHeadModel"]""", "LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM")]
    [InlineData("model_type", "\"gemma\"", "llama with LlamaForCausalLM")]
    [InlineData("hidden_act", "\"gelu\"", "silu")]
    [InlineData("rope_scaling", """{"type":"dynamic","factor":2}""", "default, linear, llama3")]
    [InlineData("rope_scaling", """{"rope_type":"yarn","factor":2}""", "default, linear, llama3")]
    [InlineData("rope_parameters", """{"rope_type":"longrope","factor":2}""", "default, linear, llama3")]
    [InlineData("rope_parameters", """{"full_attention":{"rope_type":"default"}}""", "one rotation for all layers")]
    [InlineData("quantization_config", """{"quant_method":"gptq"}""", "absent")]
    [InlineData("final_logit_softcapping", "30.0", "absent")]
    [InlineData("attn_logit_softcapping", "50.0", "absent")]
    [InlineData("logits_scaling", "8", "1")]
    [InlineData("attention_multiplier", "0.5", "1")]
    [InlineData("no_rope_layers", "[1,0]", "absent")]
    [InlineData("num_local_experts", "8", "absent")]
    [InlineData("use_qk_norm", "true", "absent")]
    [InlineData("sliding_window", "24", "null for LlamaForCausalLM")]
    [InlineData("layer_types", """["sliding_attention","full_attention","full_attention"]""", "full_attention for the first layers")]
    [InlineData("layer_types", """["linear_attention","full_attention","full_attention"]""", "full_attention for the first layers")]
    public void A_field_that_changes_the_mathematics_is_refused_by_name_and_value(string field, string json, string supported)
    {
        var error = Should.Throw<InferenceException>(() => Read(ConfigJson.Llama((field, json))));
        error.Code.ShouldBe(InferenceErrorCodes.ModelUnsupported);
        error.Message.ShouldContain("config.json");
        error.Message.ShouldContain(field);
        error.Message.ShouldContain(supported);
    }

    [Fact]
    public void Biases_that_a_family_does_not_have_are_refused()
    {
        Unsupported(ConfigJson.Mistral(("attention_bias", "true")), "attention_bias = true");
        Unsupported(ConfigJson.Qwen2(("attention_bias", "false")), "attention_bias = false");
        Unsupported(ConfigJson.Qwen3(("mlp_bias", "true")), "mlp_bias = true");
    }

    [Theory]
    [InlineData("vocab_size", null, "vocab_size is missing")]
    [InlineData("hidden_size", "\"64\"", "hidden_size: expected a positive integer, found \"64\"")]
    [InlineData("num_hidden_layers", "0", "num_hidden_layers: expected a positive integer, found 0")]
    [InlineData("num_hidden_layers", "2.5", "num_hidden_layers: expected a positive integer, found 2.5")]
    [InlineData("num_key_value_heads", "3", "num_attention_heads = 4 is no multiple of num_key_value_heads = 3")]
    [InlineData("num_attention_heads", "6", "hidden_size = 64 is no multiple of num_attention_heads = 6")]
    [InlineData("tie_word_embeddings", "1", "tie_word_embeddings: expected true or false, found 1")]
    [InlineData("rope_theta", "\"big\"", "rope_theta: expected a number")]
    [InlineData("rope_theta", "0", "rope_theta: expected a number above 1, found 0")]
    [InlineData("rope_scaling", """{"factor":2}""", "no rope_type")]
    [InlineData("rope_scaling", """{"type":"linear"}""", "no factor")]
    [InlineData("rope_scaling", """{"type":"linear","factor":-1}""", "rope_scaling.factor: expected a number above 0, found -1")]
    [InlineData("partial_rotary_factor", "1.5", "partial_rotary_factor")]
    [InlineData("head_dim", "15", "15 of 15 numbers of a head would be rotated")]
    [InlineData("rms_norm_eps", "-1", "rms_norm_eps")]
    [InlineData("eos_token_id", "\"</s>\"", "eos_token_id: expected a token id or a list of token ids")]
    [InlineData("architectures", "[]", "names no architecture")]
    [InlineData("layer_types", """["full_attention"]""", "expected num_hidden_layers = 3 entries, found 1")]
    public void A_malformed_field_is_refused_with_what_was_expected(string field, string? json, string message)
    {
        var error = Should.Throw<InferenceException>(() => Read(ConfigJson.Llama((field, json))));
        error.Code.ShouldBe(InferenceErrorCodes.ModelFile);
        error.Message.ShouldContain("config.json");
        error.Message.ShouldContain(message);
    }

    [Fact]
    public void Harmless_fields_and_neutral_values_are_ignored() =>
        Read(ConfigJson.Llama(
            ("attention_dropout", "0.1"), ("use_cache", "false"), ("pretraining_tp", "2"), ("quantization_config", "null"),
            ("logits_scaling", "1.0"), ("use_qk_norm", "false"), ("sliding_window", "null"), ("something_new", "{}")))
            .Architecture.ShouldBe("LlamaForCausalLM");

    private ModelConfig Read(string config) => ModelConfigReader.Read(folder.With("config.json", config).Path);

    private void Unsupported(string config, string message)
    {
        var error = Should.Throw<InferenceException>(() => Read(config));
        error.Code.ShouldBe(InferenceErrorCodes.ModelUnsupported);
        error.Message.ShouldContain(message);
    }
}
