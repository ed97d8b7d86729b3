using Serverless.Cli.Bench;
using Serverless.Inference;
using Serverless.Inference.Sampling;

namespace Serverless.EndToEnd.Tests;

/// <summary>The models with random weights that <c>serverless bench</c> measures.</summary>
public sealed class BenchModelTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("serverless-bench-test-");

    [Theory]
    [InlineData("LlamaForCausalLM", true)]
    [InlineData("Qwen3ForCausalLM", false)]
    public async Task A_model_of_random_weights_loads_and_its_logits_differ(string family, bool isTied)
    {
        var model = new BenchModel("tiny", family, Layers: 2, Hidden: 64, Inner: 128, Heads: 4, KvHeads: 2, HeadSize: 16, Vocabulary: 300, isTied);
        await using var engine = await LlmEngine.LoadAsync(
            new EngineOptions(model.Write(folder.FullName)) { Device = "cpu", Threads = 1 }, cancellationToken: TestContext.Current.CancellationToken);
        var request = new GenerationRequest
        {
            PromptTokenIds = [1, 2, 3], SamplingParams = new SamplingParams { Temperature = 0, MaxTokens = 8, IgnoreEos = true, Logprobs = 20 },
        };
        await foreach (var result in engine.GenerateAsync(new[] { request }.ToAsyncEnumerable(), TestContext.Current.CancellationToken))
        {
            result.Error?.Message.ShouldBeNull();
            var first = result.Completions[0].Logprobs![0].Top;
            (first[0].Logprob - first[^1].Logprob).ShouldBeGreaterThan(0.03f, "with norms as small as other weights they hardly would");
        }
    }

    public void Dispose() => folder.Delete(recursive: true);
}
