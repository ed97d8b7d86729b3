using Serverless.Inference.Chat;
using Serverless.Inference.Sampling;

namespace Serverless.Inference.Tests.Engine;

public sealed class RequestErrorTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task What_is_wrong_with_one_row_leaves_the_others_unharmed()
    {
        await using var engine = await fixture.LoadAsync(o => o with { MaxModelLen = 40 });
        var good = EngineFixture.Request("a good one", new SamplingParams { Temperature = 0, MaxTokens = 5, IgnoreEos = true });
        var expected = await EngineFixture.GenerateOneAsync(engine, good);
        var results = await EngineFixture.GenerateAsync(
            engine,
            good,
            EngineFixture.Request(new string('x', 39)),
            good,
            EngineFixture.Request("hot", new SamplingParams { Temperature = -1 }),
            new GenerationRequest { PromptTokenIds = [1, 258] },
            new GenerationRequest { PromptTokenIds = [] },
            new GenerationRequest(),
            EngineFixture.Request("many", new SamplingParams { N = 65 }),
            good);

        foreach (int i in (int[])[0, 2, 8]) results[i].Completions[0].Text.ShouldBe(expected.Completions[0].Text);
        results[1].Error!.Code.ShouldBe(InferenceErrorCodes.PromptTooLong);
        results[1].Error!.Message.ShouldContain("40 tokens");
        results[1].Error!.Message.ShouldContain("holds 40");
        results[3].Error!.Message.ShouldStartWith("temperature must be");
        results[4].Error!.Message.ShouldBe("prompt_token_ids[1] must be a token id from 0 to 257; found 258.");
        results[5].Error!.Code.ShouldBe(InferenceErrorCodes.InvalidRequest);
        results[6].Error!.Message.ShouldStartWith("The request has no prompt");
        results[7].Error!.Message.ShouldStartWith("n must be");
        foreach (int i in (int[])[1, 3, 4, 5, 6, 7]) results[i].Completions.ShouldBeEmpty();
    }

    [Fact]
    public async Task Preparing_says_the_same_and_is_idempotent()
    {
        await using var engine = await fixture.LoadAsync();
        var prepared = engine.Prepare(new GenerationRequest { Prompt = "abc" });
        prepared.PromptTokenIds.ShouldBe([TinyModel.Bos, 'a', 'b', 'c']);
        engine.Prepare(prepared).ShouldBe(prepared);
        Should.Throw<InferenceException>(() => engine.Prepare(new GenerationRequest { Prompt = new string('x', 2000) }))
            .Code.ShouldBe(InferenceErrorCodes.PromptTooLong);
    }

    [Fact]
    public async Task A_wrong_request_fails_its_stream()
    {
        await using var engine = await fixture.LoadAsync();
        var error = await Should.ThrowAsync<InferenceException>(async () =>
        {
            await foreach (var _ in engine.StreamAsync(new GenerationRequest { Prompt = "x", SamplingParams = new SamplingParams { TopP = 2 } })) { }
        });
        error.Code.ShouldBe(InferenceErrorCodes.InvalidRequest);
    }

    [Fact]
    public async Task A_model_whose_numbers_overflow_fails_the_row_and_nothing_else()
    {
        using var model = new TinyModel();
        model.Set("lm_head.weight", [TinyModel.VocabSize, 64], float.PositiveInfinity);
        model.Save();
        await using var engine = await LlmEngine.LoadAsync(new EngineOptions(model.Folder) { Dtype = "float32", KvCacheBytes = 1 << 20 });
        var results = await EngineFixture.GenerateAsync(
            engine, EngineFixture.Request("one"), EngineFixture.Request("two", new SamplingParams { N = 3 }));
        results.ShouldAllBe(result => result.Error!.Code == InferenceErrorCodes.NotANumber);
        results[1].Completions.ShouldAllBe(completion => completion.FinishReason == FinishReason.Error);
        engine.Statistics.KvBlocksInUse.ShouldBe(0);
    }

    [Fact]
    public async Task Messages_are_rendered_by_the_chat_template_and_get_no_second_beginning()
    {
        await using var engine = await fixture.LoadAsync(
            o => o with { ChatTemplate = "<s>{% for m in messages %}[{{ m.role }}] {{ m.content }}{% endfor %}{{ mood | default('') }}" });
        var request = new GenerationRequest
        {
            Messages = [new ChatMessage("user", "hi")], ChatTemplateKwargs = new Dictionary<string, object?> { ["mood"] = "!" },
        };
        var prepared = engine.Prepare(request);
        prepared.Prompt.ShouldBe("<s>[user] hi!");
        prepared.PromptTokenIds.ShouldBe([TinyModel.Bos, .. "[user] hi!".Select(c => (int)c)]);
        engine.Prepare(prepared).ShouldBe(prepared);
        (await EngineFixture.GenerateOneAsync(engine, request)).Error.ShouldBeNull();
    }

    [Fact]
    public async Task Messages_without_a_template_or_beside_a_prompt_are_refused()
    {
        await using var engine = await fixture.LoadAsync();
        ChatMessage[] messages = [new("user", "hi")];
        Should.Throw<InferenceException>(() => engine.Prepare(new GenerationRequest { Messages = messages }))
            .Code.ShouldBe(InferenceErrorCodes.ChatTemplate);
        Should.Throw<InferenceException>(() => engine.Prepare(new GenerationRequest { Messages = messages, Prompt = "hi" }))
            .Code.ShouldBe(InferenceErrorCodes.InvalidRequest);
    }
}
