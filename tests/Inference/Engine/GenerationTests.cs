using Serverless.Inference.Sampling;

namespace Serverless.Inference.Tests.Engine;

public sealed class GenerationTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task A_prompt_is_continued_greedily()
    {
        await using var engine = await fixture.LoadAsync();
        var result = await EngineFixture.GenerateOneAsync(engine, EngineFixture.Request("An old silent pond"));

        result.Error.ShouldBeNull();
        result.NumInputTokens.ShouldBe(19);
        var completion = result.Completions.ShouldHaveSingleItem();
        completion.TokenIds.Count.ShouldBe(24);
        completion.FinishReason.ShouldBe(FinishReason.Length);
        completion.Text.ShouldBe(engine.Tokenizer.Decode([.. completion.TokenIds]));
        completion.TokenIds.Distinct().Count().ShouldBeGreaterThan(3, "a random model still says different things");
    }

    [Fact]
    public async Task A_prompt_is_continued_by_sampling()
    {
        await using var engine = await fixture.LoadAsync();
        var sampling = new SamplingParams { Temperature = 0.9f, TopP = 0.95f, TopK = 50, MaxTokens = 40, IgnoreEos = true };
        var first = await EngineFixture.GenerateOneAsync(engine, EngineFixture.Request("An old silent pond", sampling));
        var again = await EngineFixture.GenerateOneAsync(engine, EngineFixture.Request("An old silent pond", sampling));
        var other = await EngineFixture.GenerateOneAsync(engine, EngineFixture.Request("An old silent pond", sampling with { Seed = 5 }));

        again.Completions[0].TokenIds.ShouldBe(first.Completions[0].TokenIds);
        other.Completions[0].TokenIds.ShouldNotBe(first.Completions[0].TokenIds);
    }
}
