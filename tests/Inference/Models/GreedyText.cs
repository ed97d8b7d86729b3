using Serverless.Inference.Sampling;
using Serverless.Inference.Tests.Engine;
using Serverless.Inference.Tests.Loading;
using Serverless.Inference.Tests.Tokenization;

namespace Serverless.Inference.Tests.Models;

/// <summary>What the whole engine says on a device, without chance.</summary>
internal static class GreedyText
{
    /// <summary>All prompts of a fixture together, in steps of the device's size and in small ones, are continued as transformers continues them.</summary>
    public static async Task ShouldBeThatOfTransformersAsync(ModelFixture fixture, TemporaryFolder folder, string device)
    {
        fixture.Write(folder);
        folder.With("tokenizer.json", TokenizerFolder.ByteLevel().ToJsonString());
        foreach (int? tokensOfAStep in new int?[] { null, 8 })
        {
            var options = new EngineOptions(folder.Path) { Device = device, Dtype = "float32", MaxNumSeqs = 4, MaxNumBatchedTokens = tokensOfAStep, KvCacheBytes = 16 << 20 };
            await using var engine = await LlmEngine.LoadAsync(options);
            var sampling = new SamplingParams { Temperature = 0, MaxTokens = fixture.Prompts[0].Continuation.Length, IgnoreEos = true };
            var results = await EngineFixture.GenerateAsync(
                engine, [.. fixture.Prompts.Select(prompt => new GenerationRequest { PromptTokenIds = prompt.Tokens, SamplingParams = sampling })]);
            for (int i = 0; i < results.Length; i++)
                results[i].Completions[0].TokenIds.ShouldBe(fixture.Prompts[i].Continuation, $"prompt {i}, steps of {tokensOfAStep} tokens");
        }
    }
}
