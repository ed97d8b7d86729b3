using System.Text.Json.Nodes;
using Serverless.Inference.Kernels.Cuda;
using Serverless.Inference.Tests.Loading;

namespace Serverless.Inference.Tests.Models;

/// <summary>Small models of every family compute what Hugging Face transformers computes (Fixtures/models).</summary>
public sealed class TransformersTests : IDisposable
{
    /// <summary>Largest difference of a logit in float32, relative to the largest absolute logit of its row.</summary>
    private const double Tolerance = 1e-3;

    /// <summary>The same with bfloat16 weights and keys and values. transformers itself, in bfloat16 throughout, is up to 3.9 % off.</summary>
    private const double BFloat16Tolerance = 0.02;
    private const double OnCard = 1.5;

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Models => [.. ModelFixture.Names];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_in_float32_are_those_of_transformers(string model)
    {
        var fixture = ModelFixture.Load(model);
        fixture.Write(folder);
        Deviation(fixture, "float32").ShouldBeLessThan(Tolerance);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_in_bfloat16_stay_within_the_stated_bound_of_transformers_own(string model)
    {
        var fixture = ModelFixture.Load(model);
        fixture.Write(folder);

        // On a card activations are rounded to bfloat16 where transformers rounds them too, on the CPU they are not.
        double bound = CudaDevice.Enumerate().Count > 0 ? OnCard * fixture.BFloat16Deviation : Math.Min(BFloat16Tolerance, fixture.BFloat16Deviation);
        Deviation(fixture, "bfloat16").ShouldBeLessThan(bound);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_prompt_in_chunks_gives_the_same_logits_bit_for_bit(string model)
    {
        var fixture = ModelFixture.Load(model);
        fixture.Write(folder);
        using var opened = new OpenedModel(folder.Path, "float32");
        int[] tokens = fixture.Prompts[^1].Tokens;
        float[] whole = opened.Runner.AllLogits(tokens, tokens.Length);
        foreach (int chunk in new[] { 1, 7, 16, 33 })
            opened.Runner.AllLogits(tokens, chunk).SequenceEqual(whole).ShouldBeTrue($"chunks of {chunk}");
    }

    [Theory]
    [MemberData(nameof(Models))]
    public Task Greedy_continuations_are_those_of_transformers(string model) => GreedyText.ShouldBeThatOfTransformersAsync(ModelFixture.Load(model), folder, "auto");

    /// <summary>The comparison can fail: each part of the mathematics that a fixture is about shows in its logits.</summary>
    [Theory]
    [InlineData("llama2", "rope_theta", "20000")]
    [InlineData("llama2", "rms_norm_eps", "0.1")]
    [InlineData("llama3", "rope_scaling", "null")]
    [InlineData("llama3-v5", "rope_parameters", """{"rope_type":"default","rope_theta":10000.0}""")]
    [InlineData("llama-linear", "rope_scaling", """{"type":"linear","factor":3.5}""")]
    [InlineData("llama-partial", "partial_rotary_factor", "1")]
    [InlineData("mistral", "sliding_window", "21")]
    [InlineData("mistral", "sliding_window", "null")]
    [InlineData("qwen2-window", "sliding_window", "12")]
    [InlineData("qwen2-window", "max_window_layers", "2")]
    [InlineData("qwen2-window", "use_sliding_window", "false")]
    [InlineData("qwen2", "rope_parameters", """{"rope_type":"default","rope_theta":500000.0}""")]
    [InlineData("qwen3", "rms_norm_eps", "0.1")]
    public void A_model_that_computes_something_else_is_found_out(string model, string field, string json)
    {
        var fixture = ModelFixture.Load(model);
        fixture.Write(folder, text =>
        {
            var config = JsonNode.Parse(text)!;
            config[field] = JsonNode.Parse(json);
            return config.ToJsonString();
        });
        Deviation(fixture, "float32").ShouldBeGreaterThan(5 * Tolerance);
    }

    private double Deviation(ModelFixture fixture, string dtype)
    {
        using var opened = new OpenedModel(folder.Path, dtype);
        double largest = opened.Deviation(fixture);
        TestContext.Current.SendDiagnosticMessage($"{dtype}: {largest:E2}");
        return largest;
    }
}
