using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Serverless.Inference.Blocks;
using Serverless.Inference.Requests;
using Serverless.Inference.Sampling;
using Serverless.Inference.Scheduling;
using Serverless.Inference.Sequences;

namespace Serverless.Inference.Runner;

/// <summary>
/// The engine's one thread: schedule, run, take in what was sampled, for ever. Requests come in through a bounded queue; what
/// becomes of them goes out through their <see cref="IGroupOutput"/>, which never blocks. A failure of a step ends the loop and
/// every request with it; so does a step that takes too long, whose thread then waits for the device for ever.
/// </summary>
internal sealed class EngineLoop : IAsyncDisposable
{
    private const int InboxCapacity = 256;

    private readonly IStepRunner runner;
    private readonly Func<Sequence, CompletionText> createText;
    private readonly BlockManager blocks;
    private readonly Scheduler scheduler;
    private readonly int maxWaiting;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Channel<SequenceGroup> inbox =
        Channel.CreateBounded<SequenceGroup>(new BoundedChannelOptions(InboxCapacity) { SingleReader = true });

    private readonly StepWatch watch;
    private readonly ManualResetEventSlim wake = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<StepPlan> underWay = [];
    private readonly Queue<StepPlan> free = [];
    private readonly List<SequenceGroup> removed = [];
    private readonly Action<object?> onCancelled;
    private volatile bool stopping;
    private volatile bool anyCancelled;
    private bool isOver;

    // The loop's own sums; published as one snapshot after each step.
    private EngineStatistics statistics = new();
    private long steps, promptTokens, generatedTokens, finishedRequests, busyTicks;

    /// <summary>Prepares the loop.</summary>
    /// <param name="limits">Sizes.</param>
    /// <param name="prefixCaching">Reuse blocks of equal prompt beginnings.</param>
    /// <param name="runner">Executes steps; called on the loop's thread only.</param>
    /// <param name="createText">Makes the text of a sequence, where the loop needs it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told when the loop breaks.</param>
    public EngineLoop(
        EngineLimits limits,
        bool prefixCaching,
        IStepRunner runner,
        Func<Sequence, CompletionText> createText,
        TimeProvider time,
        ILogger logger)
    {
        this.runner = runner;
        this.createText = createText;
        this.time = time;
        this.logger = logger;
        maxWaiting = limits.MaxWaiting;
        blocks = new BlockManager(limits.KvShape.Blocks, limits.KvShape.BlockSize, prefixCaching);
        scheduler = new Scheduler(new SchedulerOptions(limits.MaxSequences, limits.MaxBatchedTokens), blocks);
        for (int i = 0; i < runner.MaxUnderWay; i++) free.Enqueue(new StepPlan());
        onCancelled = _ => NoteCancellation();
        watch = new StepWatch(time, limits.StepTimeout, GiveUp);
        Publish();
    }

    /// <summary>The state after the last step.</summary>
    public EngineStatistics Statistics => Volatile.Read(ref statistics);

    /// <summary>Why the loop ended; null while it runs or after it was stopped.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Whether a step never ended. Its thread is still in the runner, which must not be disposed.</summary>
    public bool HasStalled => watch.HasStalled;

    /// <summary>Starts the thread.</summary>
    public void Start() => new Thread(Run) { Name = "inference loop", IsBackground = true }.Start();

    /// <summary>Hands a request over; waits while the engine has no room for it.</summary>
    /// <exception cref="InferenceException">The engine broke earlier.</exception>
    /// <exception cref="ObjectDisposedException">The engine was disposed.</exception>
    public async ValueTask SubmitAsync(SequenceGroup group, CancellationToken cancellationToken)
    {
        group.Times = (time.GetTimestamp(), 0);
        group.Registration = group.Request.CancellationToken.UnsafeRegister(onCancelled, null);
        try
        {
            await inbox.Writer.WriteAsync(group, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            group.Registration.Unregister();
            throw;
        }
        catch (ChannelClosedException e)
        {
            group.Registration.Unregister();
            throw e.InnerException ?? Disposed();
        }

        wake.Set();
    }

    /// <summary>Tells the loop that some request is no longer wanted.</summary>
    public void NoteCancellation()
    {
        anyCancelled = true;
        wake.Set();
    }

    /// <summary>Ends the loop after the current step; what is under way fails.</summary>
    public async ValueTask DisposeAsync()
    {
        stopping = true;
        wake.Set();
        await ended.Task;
        watch.Dispose();
        wake.Dispose();
    }

    private void Run()
    {
        Exception end = Disposed();
        try
        {
            while (!stopping)
            {
                TakeRequests();
                DropCancelled();
                if (scheduler.HasWork) Step();
                else if (underWay.Count > 0) FinishStep();
                else WaitForWork();
            }
        }
        catch (Exception) when (!watch.TryLeave())
        {
            // The step was given up: all have been told, and nothing here is this thread's any more.
            return;
        }
        catch (Exception e)
        {
            Failure = end = new InferenceException(
                InferenceErrorCodes.EngineFailed, $"The engine broke and must be loaded again: {e.GetType().Name}: {e.Message}", e);
        }

        FailAll(end);
        ended.SetResult();
    }

    /// <summary>The step has taken too long, on the watch's thread: everybody is told, and nobody waits for the loop's thread.</summary>
    private void GiveUp()
    {
        string message = $"A step has not ended within {watch.Limit}: the device hangs. The model must be loaded again, in a new process.";
        Failure = new InferenceException(InferenceErrorCodes.EngineFailed, message, new TimeoutException(message));
        FailAll(Failure);
        ended.SetResult();
    }

    /// <summary>Starts a step, and finishes the oldest if no more may be under way or nothing can be planned before its end.</summary>
    private void Step()
    {
        long start = time.GetTimestamp();
        var plan = free.Peek();
        scheduler.Schedule(plan);
        bool isEmpty = plan.Chunks.Count == 0;
        if (!isEmpty)
        {
            watch.Enter();
            runner.Start(plan);
            Leave();
            underWay.Enqueue(free.Dequeue());
        }

        if (isEmpty || free.Count == 0) FinishStep();
        busyTicks += time.GetElapsedTime(start).Ticks;
        Publish();
    }

    private void FinishStep()
    {
        watch.Enter();
        var sampled = runner.Finish();
        Leave();
        var plan = underWay.Dequeue();
        TakeIn(plan, sampled);
        free.Enqueue(plan);
    }

    private void Leave()
    {
        if (!watch.TryLeave()) throw new InvalidOperationException("The step was given up.");
    }

    private void TakeRequests()
    {
        while (scheduler.Waiting < maxWaiting && inbox.Reader.TryRead(out var group))
        {
            scheduler.Add(group);

            // It may have been cancelled before anybody could find it here.
            if (group.IsCancelled) anyCancelled = true;
        }
    }

    private void WaitForWork()
    {
        wake.Wait();
        wake.Reset();
    }

    private void DropCancelled()
    {
        if (!anyCancelled) return;
        anyCancelled = false;
        removed.Clear();
        scheduler.RemoveCancelled(removed);
        foreach (var group in removed) Finish(group);
        Publish();
    }

    private void TakeIn(StepPlan plan, ReadOnlySpan<SampledToken> sampled)
    {
        bool anyEnded = false;
        for (int i = 0; i < sampled.Length; i++)
        {
            var sequence = plan.Samples[i].Sequence;

            // A step that was under way when a sequence ended may have gone on with it: that token is nobody's.
            if (sequence.FinishReason is not null) continue;
            anyEnded |= TakeIn(sequence, sampled[i]);
            generatedTokens++;
        }

        if (anyEnded) scheduler.RemoveEnded();
        steps++;
        foreach (var (sequence, start, count) in plan.Chunks) promptTokens += Math.Max(0, Math.Min(start + count, sequence.Group.PromptLength) - start);
    }

    /// <summary>Adds a token to its sequence; true if that ended it.</summary>
    private bool TakeIn(Sequence sequence, SampledToken sampled)
    {
        var group = sequence.Group;
        if (sampled.Token == Sampler.NotFinite)
        {
            Fail(group, new GenerationError(
                InferenceErrorCodes.NotANumber,
                $"The model's logits after token {sequence.Count} are not finite. Its weights or this prompt overflow; try dtype float32."));
            return true;
        }

        sequence.Append(sampled.Token);
        if (sampled.Logprobs is { } logprobs) (sequence.Logprobs ??= []).Add(logprobs);
        var reason = Extend(sequence, sampled.Token, out string text);
        sequence.FinishReason = reason;
        if (group.Output.IsStreaming) group.Output.Grown(sequence, text, sampled.Token);
        if (reason is null) return false;
        if (scheduler.End(sequence, reason.Value)) Finish(group);
        return true;
    }

    /// <summary>Extends the text where the loop needs it, and says whether the sequence ends here.</summary>
    private FinishReason? Extend(Sequence sequence, int token, out string text)
    {
        var sampling = sequence.Group.Sampling;
        bool isEnd = sampling.IsEnd(token);
        FinishReason? reason = isEnd ? FinishReason.Stop : null;
        text = "";
        if (sequence.Group.NeedsText)
        {
            sequence.Text ??= createText(sequence);
            text = sequence.Text.Push(token, isEnd);
            if (sequence.Text.IsStopped) reason = FinishReason.Stop;
        }

        reason ??= sequence.OutputCount >= sequence.Group.MaxTokens ? FinishReason.Length : null;
        if (reason is not null && sequence.Text is not null) text += sequence.Text.Flush();
        return reason;
    }

    private void Fail(SequenceGroup group, GenerationError error)
    {
        group.Error = error;
        foreach (var sequence in group.Sequences)
        {
            if (sequence is { FinishReason: null }) scheduler.End(sequence, FinishReason.Error);
        }

        Finish(group);
    }

    private void Finish(SequenceGroup group)
    {
        group.Registration.Unregister();
        group.Times = (group.Times.Submitted, time.GetTimestamp());
        finishedRequests++;
        group.Output.Finished(group);
    }

    /// <summary>Nobody is left waiting: neither those who run or wait, nor those who were just handing a request over.</summary>
    private void FailAll(Exception error)
    {
        isOver = true;
        inbox.Writer.TryComplete(error);
        removed.Clear();
        while (inbox.Reader.TryRead(out var group)) removed.Add(group);
        scheduler.RemoveAll(removed);
        finishedRequests += removed.Count;
        Publish();
        foreach (var group in removed)
        {
            group.Registration.Unregister();
            group.Output.Failed(error);
        }

        // Last, so that callers are told whatever the logger does.
        if (Failure?.InnerException is { } cause) EngineLog.Broke(logger, cause, removed.Count);
    }

    private void Publish()
    {
        var (asked, found) = blocks.PrefixTokens;
        Volatile.Write(ref statistics, new EngineStatistics
        {
            Running = scheduler.Running,
            Waiting = scheduler.Waiting,
            KvBlocks = blocks.Total,

            // The end of the loop frees no blocks one by one.
            KvBlocksInUse = isOver ? 0 : blocks.Total - blocks.Free,
            PromptTokens = promptTokens,
            GeneratedTokens = generatedTokens,
            PrefixTokensAsked = asked,
            PrefixTokensFound = found,
            Preemptions = scheduler.Preemptions,
            FinishedRequests = finishedRequests,
            Steps = steps,
            BusyTime = new TimeSpan(busyTicks),
        });
    }

    private static ObjectDisposedException Disposed() => new(nameof(LlmEngine), "The engine was disposed.");
}
