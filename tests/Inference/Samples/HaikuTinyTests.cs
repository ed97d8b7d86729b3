using System.Text.Json;
using Serverless.Inference.Chat;
using Serverless.Inference.Sampling;
using Serverless.Inference.Tests.Engine;
using Serverless.Inference.Tokenization;

namespace Serverless.Inference.Tests.Samples;

/// <summary>samples/models/haiku-tiny does here what it did in transformers (Fixtures/haiku/greedy.json, made by its training script).</summary>
public sealed class HaikuTinyTests
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private static readonly string Model = Clone.PathOf("samples", "models", "haiku-tiny");

    private sealed record Turn(string Role, string Content);

    private sealed record Case(Turn[] Messages, string Prompt, int[] PromptTokenIds, int[] GreedyTokenIds, string Text);

    [Fact]
    public void Prompts_have_the_same_tokens_as_in_transformers()
    {
        var tokenizer = Tokenizer.Load(Model);
        foreach (var example in Cases())
            tokenizer.Encode(example.Prompt, addSpecialTokens: false).ShouldBe(example.PromptTokenIds, example.Prompt);
    }

    [Fact]
    public async Task The_chat_template_renders_the_conversation_as_in_transformers()
    {
        await using var engine = await LlmEngine.LoadAsync(new EngineOptions(Model) { KvCacheBytes = 32 << 20 });
        foreach (var example in Cases())
        {
            var request = engine.Prepare(new GenerationRequest { Messages = [.. example.Messages.Select(turn => new ChatMessage(turn.Role, turn.Content))] });
            request.Prompt.ShouldBe(example.Prompt);
            request.PromptTokenIds.ShouldBe(example.PromptTokenIds);
        }
    }

    [Fact]
    public async Task Greedy_completions_in_float32_are_those_of_transformers_token_by_token()
    {
        await using var engine = await LlmEngine.LoadAsync(new EngineOptions(Model) { Dtype = "float32", KvCacheBytes = 32 << 20 });
        var cases = Cases();
        var sampling = new SamplingParams { Temperature = 0, MaxTokens = 60 };
        var results = await EngineFixture.GenerateAsync(
            engine, [.. cases.Select(c => new GenerationRequest { PromptTokenIds = c.PromptTokenIds, SamplingParams = sampling })]);
        foreach (var (example, result) in cases.Zip(results))
        {
            var completion = result.Completions.ShouldHaveSingleItem();
            completion.TokenIds.ShouldBe(example.GreedyTokenIds, example.Text);
            completion.Text.ShouldBe(example.Text);
            completion.FinishReason.ShouldBe(FinishReason.Stop);
        }
    }

    [Fact]
    public async Task Completions_by_the_default_engine_have_two_lines()
    {
        await using var engine = await LlmEngine.LoadAsync(new EngineOptions(Model) { KvCacheBytes = 32 << 20 });
        var requests = Cases().Select(c => new GenerationRequest
        {
            PromptTokenIds = c.PromptTokenIds,
            SamplingParams = new SamplingParams { Temperature = 0.3f, MaxTokens = 250 },
        });
        foreach (var result in await EngineFixture.GenerateAsync(engine, [.. requests]))
        {
            string text = result.Completions[0].Text;
            text.Split('\n').Length.ShouldBe(2, text);
            text.Split('\n').ShouldAllBe(line => line.Length > 8 && line.Length < 50);
        }
    }

    private static Case[] Cases()
    {
        string path = Clone.PathOf("tests", "Inference", "Fixtures", "haiku", "greedy.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var cases = document.RootElement.GetProperty("cases").Deserialize<Case[]>(Names)!;
        cases.Length.ShouldBe(20);
        return cases;
    }
}
