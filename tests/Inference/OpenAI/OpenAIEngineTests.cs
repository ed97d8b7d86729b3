using Serverless.Inference.Chat;
using Serverless.Inference.OpenAI;
using Serverless.Inference.Sampling;
using Serverless.Tests.Servers;

namespace Serverless.Inference.Tests.OpenAI;

public sealed class OpenAIEngineTests
{
    [Fact]
    public async Task Messages_go_as_messages_and_the_answer_comes_back_with_its_usage()
    {
        using var server = new OpenAIServer(OpenAIReply.Upper);
        var result = await One(server, Chat("hello"), options => options with { ApiKey = "k1" });
        var completion = result.Completions.ShouldHaveSingleItem();
        (completion.Text, completion.FinishReason, completion.NumTokens).ShouldBe(("HELLO", FinishReason.Stop, 5));
        (result.NumInputTokens, result.NumCachedTokens, result.NumGeneratedTokens).ShouldBe((5, 1, 5));
        var call = server.Calls.ShouldHaveSingleItem();
        call.Path.ShouldBe("/v1/chat/completions");
        call.Headers["Authorization"].ShouldBe("Bearer k1");
        call.Body.ToJsonString().ShouldBe("""{"model":"m","messages":[{"role":"user","content":"hello","name":"ann"}]}""");
    }

    [Fact]
    public async Task A_text_goes_to_completions_with_what_was_asked_for()
    {
        using var server = new OpenAIServer(OpenAIReply.Upper);
        var sampling = new SamplingParams { N = 2, Temperature = 0, MaxTokens = 9, TopK = 4, MinP = 0.5f, Stop = ["x"], Seed = 3, MinTokens = 1, LogitBias = new Dictionary<int, float> { [7] = -1 } };
        var result = await One(server, new GenerationRequest { Prompt = "hi", SamplingParams = sampling });
        result.Completions.Select(completion => (completion.Text, completion.FinishReason, completion.NumTokens)).ShouldBe([("HI", FinishReason.Length, null), ("HI", FinishReason.Length, null)]);
        result.NumGeneratedTokens.ShouldBe(4);
        var call = server.Calls.ShouldHaveSingleItem();
        call.Path.ShouldBe("/v1/completions");
        call.Body.ToJsonString().ShouldBe("""{"model":"m","prompt":"hi","temperature":0,"top_p":1,"max_tokens":9,"n":2,"stop":["x"],"logit_bias":{"7":-1},"top_k":4,"min_p":0.5,"min_tokens":1,"seed":3}""");
    }

    [Fact]
    public async Task Log_probabilities_are_read_by_the_ids_of_their_tokens()
    {
        using var server = new OpenAIServer(_ => new OpenAIReply(200, """
            {"choices": [{"index": 0, "message": {"content": "a"}, "finish_reason": "stop", "logprobs": {"content": [
              {"token": "token_id:5", "logprob": -0.5, "top_logprobs": [{"token": "token_id:5", "logprob": -0.5}, {"token": "token_id:9", "logprob": -2}]}]}}],
             "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
            """));
        var result = await One(server, Chat("x") with { SamplingParams = new SamplingParams { Logprobs = 2 } });
        var token = result.Completions[0].Logprobs.ShouldNotBeNull().ShouldHaveSingleItem();
        (token.TokenId, token.Logprob).ShouldBe((5, -0.5f));
        token.Top.ShouldBe([new TokenLogprob(5, -0.5f), new TokenLogprob(9, -2)]);
        server.Calls.ShouldHaveSingleItem().Body["top_logprobs"]!.GetValue<int>().ShouldBe(2);
    }

    [Fact]
    public async Task Log_probabilities_without_ids_are_an_error_of_the_row()
    {
        using var server = new OpenAIServer(_ => new OpenAIReply(200, """{"choices": [{"text": "a", "logprobs": {"tokens": ["a"], "token_logprobs": [-1], "top_logprobs": [{"a": -1}]}}]}"""));
        var result = await One(server, new GenerationRequest { Prompt = "x", SamplingParams = new SamplingParams { Logprobs = 1 } });
        result.Error.ShouldNotBeNull().Message.ShouldContain("return_tokens_as_token_ids");
    }

    [Theory]
    [InlineData(400, null, InferenceErrorCodes.InvalidRequest)]
    [InlineData(400, "context_length_exceeded", InferenceErrorCodes.PromptTooLong)]
    [InlineData(404, null, InferenceErrorCodes.InvalidRequest)]
    [InlineData(422, null, InferenceErrorCodes.InvalidRequest)]
    public async Task A_request_that_the_server_refuses_is_an_error_of_its_row_alone(int status, string? code, string expected)
    {
        using var server = new OpenAIServer(call => call.Text == "bad" ? OpenAIReply.Error(status, "top_k is out of range", code) : OpenAIReply.Upper(call));
        var results = await All(server, [Chat("good"), Chat("bad"), Chat("fine")]);
        var error = results.Single(result => result.Error is not null).Error!;
        error.Code.ShouldBe(expected);
        error.Message.ShouldContain("top_k is out of range");
        results.SelectMany(result => result.Completions).Select(completion => completion.Text).Order().ShouldBe(["FINE", "GOOD"]);
        server.Calls.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_key_that_is_refused_ends_everything_and_names_the_secret(int status)
    {
        using var server = new OpenAIServer(_ => OpenAIReply.Error(status, "no such key"));
        var error = await Should.ThrowAsync<InferenceException>(() => One(server, Chat("x"), options => options with { ApiKey = "k1", ApiKeyName = "my-key" }));
        error.Code.ShouldBe(InferenceErrorCodes.ModelAccess);
        error.Message.ShouldContain("\"my-key\"");
        error.Message.ShouldContain("no such key");
        error.Message.ShouldNotContain("k1");
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(0)]
    public async Task What_may_pass_is_tried_again(int status)
    {
        var failures = 3;
        using var server = new OpenAIServer(call => Interlocked.Decrement(ref failures) >= 0 ? OpenAIReply.Error(status, "busy") : OpenAIReply.Upper(call));
        (await One(server, Chat("x"))).Completions[0].Text.ShouldBe("X");
        server.Calls.Count.ShouldBe(4);
    }

    [Fact]
    public async Task What_does_not_pass_is_told_after_the_last_try()
    {
        using var server = new OpenAIServer(_ => OpenAIReply.Error(503, "overloaded"));
        var error = (await One(server, Chat("x"))).Error.ShouldNotBeNull();
        error.Code.ShouldBe(InferenceErrorCodes.Unavailable);
        error.Message.ShouldContain("4 tries failed, at last: 503: overloaded");
    }

    [Fact]
    public async Task A_server_that_is_gone_fails_the_engine()
    {
        OpenAIServer server;
        using (server = new OpenAIServer(OpenAIReply.Upper))
        {
        }

        var error = await Should.ThrowAsync<InferenceException>(() => One(server, Chat("x")));
        error.Code.ShouldBe(InferenceErrorCodes.EngineFailed);
        error.Message.ShouldContain("answered nobody in 4 tries");
    }

    [Fact]
    public async Task The_server_s_own_pause_is_kept()
    {
        var failures = 1;
        using var server = new OpenAIServer(call => Interlocked.Decrement(ref failures) >= 0 ? OpenAIReply.Error(429, "busy", null, ("Retry-After", "7")) : OpenAIReply.Upper(call));
        var time = new ImpatientDelays();
        await One(server, Chat("x"), options => options with { TimeProvider = time, LongestPause = TimeSpan.FromSeconds(30) });
        time.Waits.ShouldContain(wait => wait >= TimeSpan.FromSeconds(7) && wait < TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task No_more_requests_are_at_the_server_than_may_be()
    {
        int now = 0, most = 0;
        var full = new TaskCompletionSource();
        using var server = new OpenAIServer(async call =>
        {
            var count = Interlocked.Increment(ref now);
            lock (full) most = Math.Max(most, count);
            if (count == 3) full.TrySetResult();
            await full.Task;
            Interlocked.Decrement(ref now);
            return OpenAIReply.Upper(call);
        });
        (await All(server, Enumerable.Range(0, 20).Select(i => Chat($"x{i}")), options => options with { MaxNumSeqs = 3 })).Count.ShouldBe(20);
        most.ShouldBe(3);
    }

    [Fact]
    public async Task A_request_that_is_cancelled_ends_alone()
    {
        using var cancel = new CancellationTokenSource();
        using var server = new OpenAIServer(async call =>
        {
            if (call.Text != "slow") return OpenAIReply.Upper(call);
            await cancel.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel.Token);
            return OpenAIReply.Upper(call);
        });
        var results = await All(server, [Chat("slow") with { CancellationToken = cancel.Token }, Chat("quick")]);
        results.SelectMany(result => result.Completions).Select(completion => completion.FinishReason).Order().ShouldBe([FinishReason.Stop, FinishReason.Cancelled]);
    }

    [Fact]
    public void A_request_without_a_prompt_is_refused()
    {
        var engine = new OpenAIEngine(new OpenAIOptions(new Uri("http://127.0.0.1/v1"), "m"));
        Should.Throw<InferenceException>(() => engine.Prepare(new GenerationRequest())).Code.ShouldBe(InferenceErrorCodes.InvalidRequest);
    }

    private static GenerationRequest Chat(string text) => new() { Messages = [new ChatMessage("user", text) { Extra = text == "hello" ? new Dictionary<string, object?> { ["name"] = "ann" } : null }] };

    private static async Task<GenerationResult> One(OpenAIServer server, GenerationRequest request, Func<OpenAIOptions, OpenAIOptions>? change = null) =>
        (await All(server, [request], change)).ShouldHaveSingleItem();

    private static async Task<List<GenerationResult>> All(OpenAIServer server, IEnumerable<GenerationRequest> requests, Func<OpenAIOptions, OpenAIOptions>? change = null)
    {
        var options = new OpenAIOptions(server.Address, "m") { MaxAttempts = 4, FirstPause = TimeSpan.FromMilliseconds(1) };
        await using var engine = new OpenAIEngine(change?.Invoke(options) ?? options);
        return await engine.GenerateAsync(requests.ToAsyncEnumerable()).ToListAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));
    }

    /// <summary>Pauses ring at once and are written down; patience lasts.</summary>
    private sealed class ImpatientDelays : TimeProvider
    {
        public System.Collections.Concurrent.ConcurrentQueue<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Enqueue(dueTime);
            return base.CreateTimer(callback, state, dueTime < TimeSpan.FromMinutes(1) ? TimeSpan.Zero : dueTime, period);
        }
    }
}
