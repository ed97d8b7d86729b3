using Serverless.Inference.Chat;
using Serverless.Inference.Sampling;
using Serverless.Inference.Tests.Engine;
using Serverless.Inference.Tests.Loading;
using Serverless.Inference.Tests.Models;

namespace Serverless.Inference.Torch.Tests;

/// <summary>The whole engine on torch computes what Hugging Face transformers does (tests/Inference/Fixtures/models), and what it does on its own CPU backend.</summary>
public sealed class TorchEngineTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public TorchEngineTests() => TorchMachine.Require();

    public static TheoryData<string> Models => [.. ModelFixture.Names];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_in_float32_are_those_of_transformers(string model) => Deviation(model, "float32").ShouldBeLessThan(1e-3);

    /// <summary>Both round activations to bfloat16, not at the same places.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_in_bfloat16_are_as_far_off_as_transformers_own(string model) =>
        Deviation(model, "bfloat16").ShouldBeLessThan(1.5 * ModelFixture.Load(model).BFloat16Deviation);

    [Theory]
    [MemberData(nameof(Models))]
    public Task Greedy_continuations_are_those_of_transformers(string model) => GreedyText.ShouldBeThatOfTransformersAsync(ModelFixture.Load(model), folder, "torch");

    [Fact]
    public async Task The_sample_model_says_in_float32_what_it_says_on_the_engines_own_backend()
    {
        string[] subjects = ["the moon", "a snail", "rain on the roof", "an old bridge", "winter", "tea"];
        var texts = new List<string[]>();
        foreach (string device in new[] { "cpu", "torch:cpu" })
        {
            var options = new EngineOptions(Clone.PathOf("samples", "models", "haiku-tiny")) { Device = device, Dtype = "float32", KvCacheBytes = 32 << 20 };
            await using var engine = await LlmEngine.LoadAsync(options);
            engine.Device.ShouldStartWith(device);
            var results = await EngineFixture.GenerateAsync(engine, [.. subjects.Select(subject => new GenerationRequest
            {
                Messages = [new ChatMessage("user", $"Write a haiku about {subject}.")],
                SamplingParams = new SamplingParams { Temperature = 0, MaxTokens = 60, N = 1 },
            })]);
            texts.Add([.. results.Select(result => result.Completions[0].Text)]);
        }

        texts[1].ShouldBe(texts[0]);
        texts[0].ShouldAllBe(text => text.Length > 20);
    }

    private double Deviation(string model, string dtype)
    {
        var fixture = ModelFixture.Load(model);
        fixture.Write(folder);
        using var opened = new OpenedModel(new EngineOptions(folder.Path) { Device = "torch", Dtype = dtype, MaxNumSeqs = 1, KvCacheBytes = 16 << 20 });
        return opened.Deviation(fixture);
    }
}
