using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Serverless.Inference.Kernels;
using Serverless.Inference.Requests;
using Serverless.Inference.Runner;
using Serverless.Inference.Sampling;
using Serverless.Inference.Sequences;

namespace Serverless.Inference.Tests.Engine;

public sealed class EngineLoopTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly EngineLimits Limits = new(64, 4, 16, DType.Float32, new KvCacheShape(1, 64, 16, 1, 16));

    [Fact]
    public async Task A_step_that_breaks_fails_all_requests_and_all_later_ones()
    {
        using var allSubmitted = new SemaphoreSlim(0);
        int steps = 0;
        await using var loop = new EngineLoop(
            Limits, prefixCaching: true,
            new FunctionRunner(plan =>
            {
                if (++steps == 1) allSubmitted.Wait(EngineFixture.Patience);
                return steps == 3 ? throw new InvalidOperationException("the device is gone") : new SampledToken[plan.Samples.Count];
            }),
            _ => throw new InvalidOperationException("no text is needed"), TimeProvider.System, NullLogger.Instance);
        loop.Start();
        var output = new Output();
        for (int i = 0; i < 6; i++) await loop.SubmitAsync(Group(output), CancellationToken.None);
        allSubmitted.Release();

        var errors = new List<Exception>();
        for (int i = 0; i < 6; i++) errors.Add(await output.Failures.Reader.ReadAsync().AsTask().WaitAsync(EngineFixture.Patience));
        errors.ShouldAllBe(e => ((InferenceException)e).Code == InferenceErrorCodes.EngineFailed && e.Message.Contains("the device is gone"));
        loop.Failure.ShouldBe(errors[0]);
        var statistics = loop.Statistics;
        new[] { statistics.Running, statistics.Waiting, statistics.KvBlocksInUse }.ShouldBe([0, 0, 0], "nothing runs in a broken engine");
        statistics.FinishedRequests.ShouldBe(6);

        var later = await Should.ThrowAsync<InferenceException>(() => loop.SubmitAsync(Group(output), CancellationToken.None).AsTask());
        later.ShouldBe(errors[0]);
    }

    [Fact]
    public async Task A_step_that_never_ends_fails_all_requests_and_nobody_waits_for_its_thread()
    {
        var time = new FakeTimeProvider();
        using var entered = new SemaphoreSlim(0);
        using var hangs = new SemaphoreSlim(0);
        int steps = 0;
        var loop = new EngineLoop(
            Limits with { StepTimeout = TimeSpan.FromMinutes(3) }, prefixCaching: true,
            new FunctionRunner(plan =>
            {
                entered.Release();
                if (++steps == 2) hangs.Wait(EngineFixture.Patience);
                return new SampledToken[plan.Samples.Count];
            }),
            _ => throw new InvalidOperationException("no text is needed"), time, NullLogger.Instance);
        loop.Start();
        var output = new Output();
        await loop.SubmitAsync(Group(output), CancellationToken.None);
        for (int i = 0; i < 2; i++) (await entered.WaitAsync(EngineFixture.Patience)).ShouldBeTrue("a step begins");
        await loop.SubmitAsync(Group(output), CancellationToken.None);

        time.Advance(TimeSpan.FromMinutes(2));
        output.Failures.Reader.TryRead(out _).ShouldBeFalse("a step may take three minutes");
        loop.HasStalled.ShouldBeFalse();
        time.Advance(TimeSpan.FromMinutes(2));
        loop.HasStalled.ShouldBeTrue();
        for (int i = 0; i < 2; i++)
        {
            var error = await output.Failures.Reader.ReadAsync().AsTask().WaitAsync(EngineFixture.Patience);
            error.ShouldBe(loop.Failure);
            ((InferenceException)error).Code.ShouldBe(InferenceErrorCodes.EngineFailed);
            error.Message.ShouldContain("A step has not ended within 00:03:00");
        }

        (await Should.ThrowAsync<InferenceException>(() => loop.SubmitAsync(Group(output), CancellationToken.None).AsTask())).ShouldBe(loop.Failure);
        new[] { loop.Statistics.Running, loop.Statistics.Waiting, loop.Statistics.KvBlocksInUse }.ShouldBe([0, 0, 0]);
        await loop.DisposeAsync().AsTask().WaitAsync(EngineFixture.Patience);

        // A thread that comes back after all touches nothing.
        hangs.Release();
        time.Advance(TimeSpan.FromHours(1));
        output.Ended.ShouldBeEmpty();
        output.Failures.Reader.TryRead(out _).ShouldBeFalse();
        steps.ShouldBe(2);
    }

    [Fact]
    public async Task Steps_that_end_in_time_are_never_given_up()
    {
        var time = new FakeTimeProvider();
        await using var loop = new EngineLoop(
            Limits with { StepTimeout = TimeSpan.FromMinutes(3) }, prefixCaching: true,
            new FunctionRunner(plan =>
            {
                time.Advance(TimeSpan.FromMinutes(2.9));
                return new SampledToken[plan.Samples.Count];
            }),
            _ => throw new InvalidOperationException("no text is needed"), time, NullLogger.Instance);
        loop.Start();
        var output = new Output();
        await loop.SubmitAsync(Group(output, maxTokens: 50), CancellationToken.None);
        SpinWait.SpinUntil(() => !output.Ended.IsEmpty || output.Failures.Reader.TryPeek(out _), EngineFixture.Patience).ShouldBeTrue();
        output.Ended.Count.ShouldBe(1);

        // Nothing runs: no step takes long.
        time.Advance(TimeSpan.FromHours(1));
        loop.HasStalled.ShouldBeFalse();
    }

    [Fact]
    public async Task Requests_that_come_while_the_engine_breaks_do_not_hang()
    {
        using var entered = new SemaphoreSlim(0);
        using var breaks = new SemaphoreSlim(0);
        await using var loop = new EngineLoop(
            Limits, prefixCaching: true,
            new FunctionRunner(_ =>
            {
                entered.Release();
                breaks.Wait(EngineFixture.Patience);
                throw new InvalidOperationException("the device is gone");
            }),
            _ => throw new InvalidOperationException("no text is needed"), TimeProvider.System, NullLogger.Instance);
        loop.Start();
        var output = new Output();
        await loop.SubmitAsync(Group(output), CancellationToken.None);
        (await entered.WaitAsync(EngineFixture.Patience)).ShouldBeTrue("the first step begins");

        // More than the queue holds: the last ones wait for room when the engine breaks.
        var submissions = Enumerable.Range(0, 400).Select(_ => loop.SubmitAsync(Group(output), CancellationToken.None).AsTask()).ToArray();
        submissions.Count(task => !task.IsCompleted).ShouldBeGreaterThan(0);
        breaks.Release();
        await Task.WhenAll(submissions.Select(task => task.ContinueWith(_ => { }, TaskScheduler.Default))).WaitAsync(EngineFixture.Patience);
        int refused = submissions.Count(task => task.IsFaulted);
        for (int i = 0; i < 401 - refused; i++) await output.Failures.Reader.ReadAsync().AsTask().WaitAsync(EngineFixture.Patience);
    }

    [Fact]
    public async Task A_request_that_is_cancelled_while_it_queues_for_admission_never_runs()
    {
        using var entered = new SemaphoreSlim(0);
        using var gate = new SemaphoreSlim(0);
        var ran = new HashSet<SequenceGroup>();
        await using var loop = new EngineLoop(
            Limits with { MaxSequences = 1 }, prefixCaching: true,
            new FunctionRunner(plan =>
            {
                foreach (var sample in plan.Samples) ran.Add(sample.Sequence.Group);
                entered.Release();
                gate.Wait(EngineFixture.Patience);
                return new SampledToken[plan.Samples.Count];
            }),
            _ => throw new InvalidOperationException("no text is needed"), TimeProvider.System, NullLogger.Instance);
        loop.Start();
        var output = new Output();

        // One runs, and as many wait as may; one more is left in the queue before them.
        await loop.SubmitAsync(Group(output, maxTokens: 8), CancellationToken.None);
        await StepAsync();
        for (int i = 0; i < 4; i++)
        {
            for (int j = 0; j < 256; j++) await loop.SubmitAsync(Group(output, maxTokens: 1), CancellationToken.None);
            gate.Release();
            await StepAsync();
        }

        using var cancellation = new CancellationTokenSource();
        var cancelled = Group(output, maxTokens: 20, cancellation.Token);
        await loop.SubmitAsync(cancelled, CancellationToken.None);
        await cancellation.CancelAsync();
        while (!output.Ended.Contains(cancelled) && !ran.Contains(cancelled))
        {
            gate.Release();
            await StepAsync();
        }

        ran.ShouldNotContain(cancelled);
        ran.Count.ShouldBeLessThan(10);
        gate.Release(10_000);

        async Task StepAsync() => (await entered.WaitAsync(EngineFixture.Patience)).ShouldBeTrue("a step begins");
    }

    [Fact]
    public async Task Statistics_and_metrics_count_what_was_done()
    {
        await using var engine = await fixture.LoadAsync();
        var measured = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Serverless.Inference") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            if (tags[0].Value as string == fixture.Options.ModelSource) measured[instrument.Name] = Math.Max(value, measured.GetValueOrDefault(instrument.Name));
        });
        listener.Start();

        var result = await EngineFixture.GenerateOneAsync(engine, EngineFixture.Request("hello"));
        var statistics = engine.Statistics;
        statistics.GeneratedTokens.ShouldBe(24);
        statistics.PromptTokens.ShouldBe(6);
        statistics.Steps.ShouldBe(24);
        statistics.BusyTime.ShouldBeGreaterThan(TimeSpan.Zero);
        statistics.PrefixTokensAsked.ShouldBe(6);
        result.TimeTaken.ShouldBeGreaterThanOrEqualTo(TimeSpan.Zero);

        listener.RecordObservableInstruments();
        measured["inference.tokens.generated"].ShouldBeGreaterThanOrEqualTo(24);
        measured["inference.steps"].ShouldBeGreaterThanOrEqualTo(24);
        measured.Keys.ShouldContain("inference.kv_cache.usage");
    }

    private static SequenceGroup Group(Output output, int maxTokens = 30, CancellationToken cancellation = default)
    {
        var sampling = new SamplingParams { Temperature = 0, MaxTokens = maxTokens };
        var request = new GenerationRequest { PromptTokenIds = [1, 2, 3], SamplingParams = sampling, CancellationToken = cancellation };
        return new SequenceGroup(request, new SamplingPlan(sampling, [], 0, [1, 2, 3]), maxTokens, output);
    }

    private sealed class Output : IGroupOutput
    {
        public Channel<Exception> Failures { get; } = Channel.CreateUnbounded<Exception>();

        public bool IsStreaming => false;

        public bool IsCancelled => false;

        public void Grown(Sequence sequence, string text, int token)
        {
        }

        public ConcurrentBag<SequenceGroup> Ended { get; } = [];

        public void Finished(SequenceGroup group) => Ended.Add(group);

        public void Failed(Exception error) => Failures.Writer.TryWrite(error);
    }
}
