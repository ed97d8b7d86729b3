using Serverless.Inference.Blocks;
using Serverless.Inference.Sampling;
using Serverless.Inference.Scheduling;
using Serverless.Inference.Sequences;
using Serverless.Inference.Tests.Sampling;

namespace Serverless.Inference.Tests.Scheduling;

/// <summary>The scheduler with a model that says 7 each time. Checks in every step what must hold in every step.</summary>
internal sealed class SimulatedEngine
{
    public const int BlockSize = 4;

    private readonly SchedulerOptions options;
    private readonly Queue<StepPlan> underWay = [];
    private readonly int maxUnderWay;
    private int nextToken = 100;

    /// <param name="maxSequences">Most sequences that run.</param>
    /// <param name="maxBatchedTokens">Most tokens of a step.</param>
    /// <param name="blocks">Blocks of the cache.</param>
    /// <param name="maxUnderWay">Steps that may be under way: with 2, a step is planned before the last one's tokens are known.</param>
    public SimulatedEngine(int maxSequences, int maxBatchedTokens, int blocks, int maxUnderWay = 1)
    {
        this.maxUnderWay = maxUnderWay;
        options = new SchedulerOptions(maxSequences, maxBatchedTokens);
        Blocks = new BlockManager(blocks, BlockSize, prefixCaching: true);
        Scheduler = new Scheduler(options, Blocks);
    }

    public BlockManager Blocks { get; }

    public Scheduler Scheduler { get; }

    public FakeOutput Output { get; } = new();

    /// <summary>All groups in the order in which they were added.</summary>
    public List<SequenceGroup> Groups { get; } = [];

    public SequenceGroup Add(int prompt, int maxTokens, int n = 1, string job = "", bool sameTokens = false, CancellationToken cancellation = default)
    {
        int[] tokens = [.. Enumerable.Range(0, prompt).Select(i => sameTokens ? i : nextToken++)];
        var group = Output.Group(tokens, new SamplingParams { N = n, MaxTokens = maxTokens }, job, cancellation: cancellation);
        Groups.Add(group);
        Scheduler.Add(group);
        return group;
    }

    /// <summary>Plans and runs a step; returns its chunks as (group, tokens).</summary>
    public (int Group, int Count)[] Step()
    {
        var plan = new StepPlan();
        var before = underWay.LastOrDefault();
        long preemptions = Scheduler.Preemptions;
        var ranBefore = Scheduler.RunningSequences.ToHashSet();
        Scheduler.Schedule(plan);
        if (Scheduler.Preemptions > preemptions)
            plan.Chunks.ShouldAllBe(chunk => ranBefore.Contains(chunk.Sequence), "what was just given back is not handed out in the same step");
        CheckAges();
        if (plan.Chunks.Count == 0)
        {
            underWay.Count.ShouldBeGreaterThan(0, "nothing waits for tokens that nobody samples");
            FinishStep();
            return [];
        }

        plan.RowCount.ShouldBe(plan.Chunks.Sum(chunk => chunk.Count));
        plan.RowCount.ShouldBeInRange(1, options.MaxBatchedTokens);
        Scheduler.Running.ShouldBeInRange(1, options.MaxSequences);
        plan.Chunks.Select(chunk => chunk.Sequence).Distinct().Count().ShouldBe(plan.Chunks.Count, "a sequence has one chunk");
        foreach (var (sequence, start, count) in plan.Chunks)
        {
            for (int position = start; position < start + count; position++)
                Blocks.References(sequence.Blocks[position / BlockSize]).ShouldBeGreaterThan(0);
        }

        foreach (var sample in plan.Samples)
        {
            var chunk = plan.Chunks[sample.Chunk];
            chunk.Sequence.Group.ShouldBe(sample.Sequence.Group);
            (chunk.Start + chunk.Count).ShouldBe(sample.Sequence.Length - 1);
        }

        foreach (var chunk in plan.Chunks)
        {
            if (chunk.PendingSample < 0) (chunk.Start + chunk.Count).ShouldBeLessThanOrEqualTo(chunk.Sequence.Count, "tokens are known");
            else before.ShouldNotBeNull().Samples[chunk.PendingSample].Sequence.ShouldBe(chunk.Sequence, "a pending token is the one that the step before samples");
        }

        var chunks = plan.Chunks.Select(chunk => (Groups.IndexOf(chunk.Sequence.Group), chunk.Count)).ToArray();
        underWay.Enqueue(plan);
        if (underWay.Count == maxUnderWay) FinishStep();
        return chunks;
    }

    private void FinishStep()
    {
        foreach (var (sequence, _) in underWay.Dequeue().Samples)
        {
            if (sequence.FinishReason is null) TakeIn(sequence);
        }

        Scheduler.RemoveEnded();
    }

    public void RunToEnd()
    {
        for (int steps = 0; Scheduler.HasWork; steps++)
        {
            steps.ShouldBeLessThan(10_000, "every request ends");
            Step();
        }
    }

    /// <summary>Older ones run before younger ones: nobody runs who is younger than one that was preempted.</summary>
    private void CheckAges()
    {
        long[] running = [.. Scheduler.RunningSequences.Select(sequence => sequence.Group.Admission)];
        running.ShouldBe(running.Order());
        foreach (var group in Groups.Where(group => group.Admission >= 0))
        {
            if (group.Sequences.ToArray().Any(sequence => sequence is { IsRunning: false, FinishReason: null }))
                group.Admission.ShouldBeGreaterThanOrEqualTo(running.DefaultIfEmpty().Max());
        }
    }

    private void TakeIn(Sequence sequence)
    {
        sequence.Append(7);
        if (sequence.OutputCount == sequence.Group.MaxTokens && Scheduler.End(sequence, FinishReason.Length)) Output.Finished(sequence.Group);
    }
}
