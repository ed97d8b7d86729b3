namespace Serverless.Inference.Tests.Engine;

public sealed class ModelErrorTests
{
    [Theory]
    [InlineData("LlamaForCausalLM")]
    [InlineData("MistralForCausalLM")]
    [InlineData("Qwen2ForCausalLM")]
    [InlineData("Qwen3ForCausalLM")]
    public async Task Every_family_loads_and_generates(string architecture)
    {
        using var model = new TinyModel(architecture).Save();
        await using var engine = await LlmEngine.LoadAsync(Options(model));
        var result = await EngineFixture.GenerateOneAsync(engine, EngineFixture.Request("hello"));
        result.Error.ShouldBeNull();
        result.Completions[0].TokenIds.Count.ShouldBe(24);
    }

    [Fact]
    public async Task A_missing_tensor_is_named()
    {
        using var model = new TinyModel();
        model.Remove("model.layers.1.mlp.up_proj.weight");
        var error = await LoadFailsAsync(model.Save());
        error.Code.ShouldBe(InferenceErrorCodes.ModelFile);
        error.Message.ShouldContain(model.WeightsFile);
        error.Message.ShouldContain("model.layers.1.mlp.up_proj.weight");
    }

    [Fact]
    public async Task A_wrong_shape_is_named_with_both_shapes()
    {
        using var model = new TinyModel();
        model.Set("model.layers.0.self_attn.k_proj.weight", [16, 64], 0.5f);
        var error = await LoadFailsAsync(model.Save());
        error.Code.ShouldBe(InferenceErrorCodes.ModelFile);
        error.Message.ShouldContain("model.layers.0.self_attn.k_proj.weight");
        error.Message.ShouldContain("[32, 64]");
        error.Message.ShouldContain("[16, 64]");
    }

    [Fact]
    public async Task A_tensor_that_has_no_place_is_named()
    {
        using var model = new TinyModel();
        model.Set("model.layers.0.self_attn.q_proj.bias", [64], 0.5f);
        var error = await LoadFailsAsync(model.Save());
        error.Code.ShouldBe(InferenceErrorCodes.ModelFile);
        error.Message.ShouldContain("model.layers.0.self_attn.q_proj.bias [64] has no place in a LlamaForCausalLM");
    }

    [Fact]
    public async Task Harmless_leftovers_are_ignored()
    {
        using var model = new TinyModel();
        model.Set("model.layers.0.self_attn.rotary_emb.inv_freq", [8], 0.5f);
        await using var engine = await LlmEngine.LoadAsync(Options(model.Save()));
    }

    [Fact]
    public async Task An_unknown_architecture_is_refused_with_the_known_ones()
    {
        using var model = new TinyModel();
        model.Config["architectures"] = new System.Text.Json.Nodes.JsonArray("MambaForCausalLM");
        var error = await LoadFailsAsync(model.Save());
        error.Code.ShouldBe(InferenceErrorCodes.ModelUnsupported);
        error.Message.ShouldContain("MambaForCausalLM");
        foreach (string known in (string[])["LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM"])
            error.Message.ShouldContain(known);
    }

    [Fact]
    public async Task Heads_that_the_kernels_cannot_take_are_refused()
    {
        using var model = new TinyModel();
        model.Config["head_dim"] = 12;
        var error = await LoadFailsAsync(model.Save());
        error.Code.ShouldBe(InferenceErrorCodes.ModelUnsupported);
        error.Message.ShouldBe("Heads of 12 numbers (head_dim) are not supported; supported: multiples of 8.");
    }

    [Fact]
    public async Task More_sequences_than_block_tables_can_be_made_for_are_refused_with_how_many_can()
    {
        using var model = new TinyModel();
        model.Config["max_position_embeddings"] = 1 << 20;
        var error = await Should.ThrowAsync<InferenceException>(
            () => LlmEngine.LoadAsync(Options(model.Save()) with { Device = "cpu", MaxNumSeqs = 65536, KvCacheBytes = 1L << 40 }));
        error.Code.ShouldBe(InferenceErrorCodes.EngineOptions);
        error.Message.ShouldBe("max_num_seqs must be at most 4096 with max_model_len 1048576; found 65536.");
    }

    public static TheoryData<string, Func<EngineOptions, EngineOptions>, string> WrongOptions => new()
    {
        { "max_num_seqs", o => o with { MaxNumSeqs = 0 }, "max_num_seqs must be from 1 to 65536; found 0." },
        { "block_size", o => o with { BlockSize = 24 }, "block_size must be 16 or 32; found 24." },
        { "max_model_len", o => o with { MaxModelLen = 513 }, "max_model_len must be at most the model's own context length (512); found 513." },
        { "dtype", o => o with { Dtype = "fp8" }, "dtype must be auto, bfloat16, float16 or float32; found fp8." },
        { "quantization", o => o with { Quantization = "awq" }, "quantization must be int8 or left out; found awq." },
        { "threads", o => o with { Threads = 0 }, "threads must be at least 1; found 0." },
        { "kv_cache_bytes", o => o with { KvCacheBytes = -1 }, "kv_cache_bytes must be above 0; found -1." },
        {
            "max_num_batched_tokens", o => o with { MaxNumBatchedTokens = 10, MaxNumSeqs = 128 },
            "max_num_batched_tokens must be at least max_num_seqs (128), since each running sequence takes one token of a step; found 10."
        },
        {
            "too small a cache", o => o with { KvCacheBytes = 16 * 4096, MaxModelLen = 512 },
            "The KV cache holds 128 tokens, but a sequence of max_model_len 512 needs room for all of them. Set kv_cache_bytes to at least 262144,"
        },
    };

    [Theory]
    [MemberData(nameof(WrongOptions))]
    public async Task An_option_out_of_range_is_refused_with_its_range(string option, Func<EngineOptions, EngineOptions> change, string message)
    {
        using var model = new TinyModel().Save();
        var error = await Should.ThrowAsync<InferenceException>(() => LlmEngine.LoadAsync(change(Options(model))), option);
        error.Code.ShouldBe(InferenceErrorCodes.EngineOptions);
        error.Message.ShouldStartWith(message);
    }

    private static EngineOptions Options(TinyModel model) => new(model.Folder) { Dtype = "float32", Threads = 1 };

    private static Task<InferenceException> LoadFailsAsync(TinyModel model) =>
        Should.ThrowAsync<InferenceException>(() => LlmEngine.LoadAsync(Options(model)));
}
