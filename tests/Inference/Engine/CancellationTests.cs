using System.Runtime.CompilerServices;
using Serverless.Inference.Sampling;

namespace Serverless.Inference.Tests.Engine;

public sealed class CancellationTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly SamplingParams Endless = new() { Temperature = 0, MaxTokens = 490, IgnoreEos = true };

    [Fact]
    public async Task One_request_is_cancelled_and_the_others_go_on()
    {
        await using var engine = await fixture.LoadAsync();
        using var one = new CancellationTokenSource();
        var cancelled = EngineFixture.Request("cancelled", Endless) with { CancellationToken = one.Token };
        var task = EngineFixture.GenerateAsync(engine, cancelled, EngineFixture.Request("goes on", Endless));
        await UntilAsync(() => engine.Statistics.Running == 2, "both run");
        await one.CancelAsync();

        var results = await task;
        results[0].Error.ShouldBeNull();
        results[0].Completions[0].FinishReason.ShouldBe(FinishReason.Cancelled);
        results[0].Completions[0].TokenIds.Count.ShouldBeLessThan(490);
        results[0].Completions[0].Text.ShouldBe(engine.Tokenizer.Decode([.. results[0].Completions[0].TokenIds]));
        results[1].Completions[0].TokenIds.Count.ShouldBe(490);
    }

    [Fact]
    public async Task A_request_that_waits_is_cancelled_at_once()
    {
        await using var engine = await fixture.LoadAsync(o => o with { MaxNumSeqs = 1 });
        using var one = new CancellationTokenSource();
        await one.CancelAsync();
        var result = (await EngineFixture.GenerateAsync(
            engine,
            EngineFixture.Request("runs", Endless),
            EngineFixture.Request("waits", Endless with { N = 1 }) with { CancellationToken = one.Token }))[1];
        result.Completions.ShouldHaveSingleItem().FinishReason.ShouldBe(FinishReason.Cancelled);
        result.Completions[0].TokenIds.ShouldBeEmpty();
    }

    [Fact]
    public async Task Cancelling_a_call_ends_all_its_requests()
    {
        await using var engine = await fixture.LoadAsync();
        using var all = new CancellationTokenSource();
        var call = Task.Run(async () =>
        {
            await foreach (var _ in engine.GenerateAsync(Forever(Endless), all.Token)) { }
        });
        await UntilAsync(() => engine.Statistics.Running == 64, "the engine is full");
        await all.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => call.WaitAsync(EngineFixture.Patience));
        await UntilAsync(() => engine.Statistics is { Running: 0, Waiting: 0, KvBlocksInUse: 0 }, "the engine is empty");
    }

    [Fact]
    public async Task Leaving_the_results_early_cancels_the_rest()
    {
        await using var engine = await fixture.LoadAsync();
        int taken = 0;
        await foreach (var _ in engine.GenerateAsync(Forever(Endless with { MaxTokens = 30 })))
        {
            if (++taken == 3) break;
        }

        await UntilAsync(() => engine.Statistics is { Running: 0, Waiting: 0, KvBlocksInUse: 0 }, "the engine is empty");
        (await EngineFixture.GenerateOneAsync(engine, EngineFixture.Request("still works"))).Error.ShouldBeNull();
    }

    [Fact]
    public async Task Leaving_a_stream_early_cancels_its_request()
    {
        await using var engine = await fixture.LoadAsync();
        await foreach (var delta in engine.StreamAsync(EngineFixture.Request("stream", Endless))) break;
        await UntilAsync(() => engine.Statistics is { Running: 0, KvBlocksInUse: 0, FinishedRequests: 1 }, "the request is gone");
    }

    [Fact]
    public async Task A_slow_consumer_bounds_its_own_requests_and_stops_nobody_else()
    {
        await using var engine = await fixture.LoadAsync(o => o with { MaxNumSeqs = 4 });
        int pulled = 0;
        var results = engine.GenerateAsync(Count(Forever(Endless with { MaxTokens = 2 }), () => pulled++)).GetAsyncEnumerator();
        (await results.MoveNextAsync()).ShouldBeTrue();
        for (int i = 0; i < 5; i++) (await EngineFixture.GenerateOneAsync(engine, EngineFixture.Request("other"))).Error.ShouldBeNull();
        await UntilAsync(() => Volatile.Read(ref pulled) >= 32 && engine.Statistics is { Running: 0, Waiting: 0 }, "the unread results fill the window");
        pulled.ShouldBeInRange(32, 34);
        await results.DisposeAsync();
    }

    [Fact]
    public async Task A_source_that_fails_fails_the_call()
    {
        await using var engine = await fixture.LoadAsync();
        var error = await Should.ThrowAsync<InvalidOperationException>(async () =>
        {
            await foreach (var _ in engine.GenerateAsync(Broken())) { }
        });
        error.Message.ShouldBe("no more rows");

        static async IAsyncEnumerable<GenerationRequest> Broken()
        {
            yield return EngineFixture.Request("one");
            await Task.Yield();
            throw new InvalidOperationException("no more rows");
        }
    }

    [Fact]
    public async Task Disposing_the_engine_fails_what_is_under_way_and_what_comes_later()
    {
        var engine = await fixture.LoadAsync();
        var call = Task.Run(async () =>
        {
            await foreach (var _ in engine.GenerateAsync(Forever(Endless))) { }
        });
        await UntilAsync(() => engine.Statistics.Running > 0, "it runs");
        await engine.DisposeAsync().AsTask().WaitAsync(EngineFixture.Patience);
        await Should.ThrowAsync<ObjectDisposedException>(() => call.WaitAsync(EngineFixture.Patience));
        await Should.ThrowAsync<ObjectDisposedException>(() => EngineFixture.GenerateOneAsync(engine, EngineFixture.Request("late")));
        await engine.DisposeAsync();
    }

    private static async IAsyncEnumerable<GenerationRequest> Forever(SamplingParams sampling, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (int i = 0; ; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return EngineFixture.Request($"{i}", sampling);
            if (i % 16 == 0) await Task.Yield();
        }
    }

    private static async IAsyncEnumerable<GenerationRequest> Count(IAsyncEnumerable<GenerationRequest> requests, Action pulled)
    {
        await foreach (var request in requests)
        {
            pulled();
            yield return request;
        }
    }

    internal static async Task UntilAsync(Func<bool> holds, string what)
    {
        using var limit = new CancellationTokenSource(EngineFixture.Patience);
        while (!holds())
        {
            limit.IsCancellationRequested.ShouldBeFalse($"waited for: {what}");
            await Task.Yield();
        }
    }
}
