using Serverless.Inference.Sampling;

namespace Serverless.Inference.Tests.Engine;

public sealed class CompletionsTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly SamplingParams Sampled = new() { Temperature = 1, MaxTokens = 40, IgnoreEos = true, Seed = 9 };

    [Fact]
    public async Task Several_completions_share_the_prompt_and_differ_from_its_end_on()
    {
        await using var engine = await fixture.LoadAsync();
        string prompt = EngineFixture.Prompt(3);
        var result = await EngineFixture.GenerateOneAsync(engine, EngineFixture.Request(prompt, Sampled with { N = 4 }));

        result.Completions.Select(c => c.Index).ShouldBe([0, 1, 2, 3]);
        result.Completions.Select(c => c.Text).Distinct().Count().ShouldBe(4);
        engine.Statistics.PromptTokens.ShouldBe(result.NumInputTokens, "the prompt is computed once");
        engine.Statistics.KvBlocksInUse.ShouldBe(0);

        var single = await EngineFixture.GenerateOneAsync(engine, EngineFixture.Request(prompt, Sampled));
        single.Completions[0].TokenIds.ShouldBe(result.Completions[0].TokenIds, "completion 0 is what one completion is");
    }

    [Fact]
    public async Task Several_completions_are_the_same_when_they_are_preempted_on_the_way()
    {
        var requests = Enumerable.Range(0, 6).Select(i => EngineFixture.Request(EngineFixture.Prompt(i), Sampled with { N = 5 })).ToArray();
        await using var roomy = await fixture.LoadAsync();
        await using var tight = await fixture.LoadAsync(o => o with { KvCacheBytes = 14 * 16 * 2 * 2 * 2 * 16 * 4, MaxModelLen = 150 });
        var expected = await EngineFixture.GenerateAsync(roomy, requests);
        var found = await EngineFixture.GenerateAsync(tight, requests);
        tight.Statistics.Preemptions.ShouldBeGreaterThan(0);
        found.Select(r => r.Completions.Select(c => c.Text)).ShouldBe(expected.Select(r => r.Completions.Select(c => c.Text)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Streamed_text_and_tokens_are_those_of_the_result(int n)
    {
        await using var engine = await fixture.LoadAsync();
        var request = EngineFixture.Request(EngineFixture.Prompt(12), Sampled with { N = n, MaxTokens = 60 });
        var result = await EngineFixture.GenerateOneAsync(engine, request);
        var deltas = await StreamAsync(engine, request);

        foreach (var completion in result.Completions)
        {
            var own = deltas.Where(delta => delta.Index == completion.Index).ToArray();
            string.Concat(own.Select(delta => delta.Text)).ShouldBe(completion.Text);
            own.SelectMany(delta => delta.TokenIds).ShouldBe(completion.TokenIds);
            own[^1].FinishReason.ShouldBe(completion.FinishReason);
            own[..^1].ShouldAllBe(delta => delta.FinishReason == null);
        }
    }

    [Fact]
    public async Task A_stop_string_ends_the_text_wherever_token_borders_lie()
    {
        await using var engine = await fixture.LoadAsync();
        var free = await FreeRunAsync(engine);
        string text = free.Completions[0].Text;
        string stop = text.Substring(12, 5);
        int at = text.IndexOf(stop, StringComparison.Ordinal);

        var sampling = Sampled with { Stop = ["never there", stop] };
        var stopped = await EngineFixture.GenerateOneAsync(engine, EngineFixture.Request(EngineFixture.Prompt(12), sampling));
        stopped.Completions[0].Text.ShouldBe(text[..at]);
        stopped.Completions[0].FinishReason.ShouldBe(FinishReason.Stop);
        stopped.Completions[0].TokenIds.ShouldBe(free.Completions[0].TokenIds.Take(stopped.Completions[0].TokenIds.Count));
        stopped.Completions[0].TokenIds.Count.ShouldBeLessThan(free.Completions[0].TokenIds.Count);

        var kept = await EngineFixture.GenerateOneAsync(engine, EngineFixture.Request(EngineFixture.Prompt(12), sampling with { IncludeStopStrInOutput = true }));
        kept.Completions[0].Text.ShouldBe(text[..(at + 5)]);

        var deltas = await StreamAsync(engine, EngineFixture.Request(EngineFixture.Prompt(12), sampling));
        string.Concat(deltas.Select(delta => delta.Text)).ShouldBe(text[..at]);
        deltas[^1].FinishReason.ShouldBe(FinishReason.Stop);
    }

    [Fact]
    public async Task A_stop_token_ends_the_completion_and_is_its_last_token()
    {
        await using var engine = await fixture.LoadAsync();
        var free = await FreeRunAsync(engine);
        int token = free.Completions[0].TokenIds[6];
        int first = free.Completions[0].TokenIds.ToList().IndexOf(token);

        var stopped = await EngineFixture.GenerateOneAsync(engine, EngineFixture.Request(EngineFixture.Prompt(12), Sampled with { StopTokenIds = [token] }));
        stopped.Completions[0].TokenIds.ShouldBe(free.Completions[0].TokenIds.Take(first + 1));
        stopped.Completions[0].FinishReason.ShouldBe(FinishReason.Stop);
        free.Completions[0].Text.ShouldStartWith(stopped.Completions[0].Text.TrimEnd('\uFFFD'));

        var later = await EngineFixture.GenerateOneAsync(
            engine, EngineFixture.Request(EngineFixture.Prompt(12), Sampled with { StopTokenIds = [token], MinTokens = first + 2 }));
        later.Completions[0].TokenIds.Count.ShouldBeGreaterThan(first + 2);
    }

    [Fact]
    public async Task An_end_token_beyond_the_vocabulary_harms_nobody()
    {
        using var model = new TinyModel();
        model.Config["eos_token_id"] = new System.Text.Json.Nodes.JsonArray(TinyModel.Eos, TinyModel.VocabSize, 100_000);
        await using var engine = await LlmEngine.LoadAsync(fixture.Options with { ModelSource = model.Save().Folder });
        var result = await EngineFixture.GenerateOneAsync(
            engine, EngineFixture.Request("hello", new SamplingParams { Temperature = 0, MaxTokens = 6, MinTokens = 4 }));
        result.Error.ShouldBeNull();
        result.Completions[0].TokenIds.Count.ShouldBeGreaterThanOrEqualTo(4);
        engine.Config.EosTokenIds.ShouldBe([TinyModel.Eos]);
    }

    [Fact]
    public async Task The_context_cuts_max_tokens()
    {
        await using var engine = await fixture.LoadAsync(o => o with { MaxModelLen = 32 });
        var result = await EngineFixture.GenerateOneAsync(engine, EngineFixture.Request("12345678901", Sampled with { MaxTokens = 1000 }));
        result.NumInputTokens.ShouldBe(12);
        result.Completions[0].TokenIds.Count.ShouldBe(20);
        result.Completions[0].FinishReason.ShouldBe(FinishReason.Length);
    }

    [Fact]
    public async Task Log_probabilities_come_with_each_token()
    {
        await using var engine = await fixture.LoadAsync();
        var result = await EngineFixture.GenerateOneAsync(
            engine, EngineFixture.Request("hello", new SamplingParams { Temperature = 0, MaxTokens = 9, IgnoreEos = true, Logprobs = 4 }));
        var completion = result.Completions[0];
        completion.Logprobs!.Select(l => l.TokenId).ShouldBe(completion.TokenIds);
        completion.Logprobs!.ShouldAllBe(l => l.Top.Count == 4 && l.Top[0].TokenId == l.TokenId && l.Top[0].Logprob == l.Logprob && l.Logprob < 0);
    }

    [Fact]
    public async Task Cached_prompt_tokens_are_reported()
    {
        await using var engine = await fixture.LoadAsync();
        var request = EngineFixture.Request(new string('x', 99));
        (await EngineFixture.GenerateOneAsync(engine, request)).NumCachedTokens.ShouldBe(0);
        (await EngineFixture.GenerateOneAsync(engine, request)).NumCachedTokens.ShouldBe(96);
        (await EngineFixture.GenerateOneAsync(engine, request with { Tenant = "someone else" })).NumCachedTokens.ShouldBe(0);
    }

    private static Task<GenerationResult> FreeRunAsync(LlmEngine engine) =>
        EngineFixture.GenerateOneAsync(engine, EngineFixture.Request(EngineFixture.Prompt(12), Sampled));

    private static async Task<List<GenerationDelta>> StreamAsync(LlmEngine engine, GenerationRequest request)
    {
        using var limit = new CancellationTokenSource(EngineFixture.Patience);
        var deltas = new List<GenerationDelta>();
        await foreach (var delta in engine.StreamAsync(request, limit.Token)) deltas.Add(delta);
        return deltas;
    }
}
