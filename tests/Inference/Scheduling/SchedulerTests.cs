using FsCheck;
using FsCheck.Fluent;
using Serverless.Inference.Sequences;

namespace Serverless.Inference.Tests.Scheduling;

public sealed class SchedulerTests
{
    [Fact]
    public void Decodes_come_first_and_the_rest_of_the_budget_goes_to_prompts_in_chunks()
    {
        var engine = new SimulatedEngine(maxSequences: 4, maxBatchedTokens: 8, blocks: 100);
        engine.Add(prompt: 3, maxTokens: 10);
        engine.Step().ShouldBe([(0, 3)]);
        engine.Add(prompt: 12, maxTokens: 10);
        engine.Step().ShouldBe([(0, 1), (1, 7)]);
        engine.Step().ShouldBe([(0, 1), (1, 5)]);
        engine.Step().ShouldBe([(0, 1), (1, 1)]);
    }

    [Fact]
    public void The_youngest_is_preempted_when_blocks_run_out_and_goes_on_later()
    {
        var engine = new SimulatedEngine(maxSequences: 4, maxBatchedTokens: 64, blocks: 5);
        var old = engine.Add(prompt: 7, maxTokens: 9);
        var young = engine.Add(prompt: 7, maxTokens: 9);
        engine.RunToEnd();
        engine.Scheduler.Preemptions.ShouldBeGreaterThan(0);
        engine.Output.Ended.ShouldBe([old, young]);
        young.First.OutputCount.ShouldBe(9);
    }

    [Fact]
    public void A_preempted_sequence_that_ends_is_not_run_again()
    {
        var engine = new SimulatedEngine(maxSequences: 4, maxBatchedTokens: 64, blocks: 5);
        engine.Add(prompt: 7, maxTokens: 9);
        var young = engine.Add(prompt: 7, maxTokens: 9);
        while (engine.Scheduler.Preemptions == 0) engine.Step();
        engine.Scheduler.End(young.First, FinishReason.Error).ShouldBeTrue();
        engine.Scheduler.RemoveEnded();
        engine.RunToEnd();
        engine.Output.Ended.ShouldNotContain(young);
    }

    [Fact]
    public void Long_requests_of_a_job_go_first()
    {
        var engine = new SimulatedEngine(maxSequences: 1, maxBatchedTokens: 64, blocks: 100);
        engine.Add(prompt: 4, maxTokens: 2);
        engine.Add(prompt: 4, maxTokens: 8);
        engine.Add(prompt: 9, maxTokens: 4);
        engine.RunToEnd();
        engine.Output.Ended.Select(group => group.MaxTokens).ShouldBe([4, 8, 2]);
    }

    [Fact]
    public void A_short_request_is_not_overtaken_for_ever_by_long_ones()
    {
        var engine = new SimulatedEngine(maxSequences: 1, maxBatchedTokens: 64, blocks: 100);
        var small = engine.Add(prompt: 1, maxTokens: 1);
        int steps = 0;
        while (!engine.Output.Ended.Contains(small))
        {
            engine.Add(prompt: 4, maxTokens: 2);
            engine.Step();
            (++steps).ShouldBeLessThan(3000);
        }
    }

    [Fact]
    public void Jobs_get_equal_shares_however_many_requests_they_bring()
    {
        var engine = new SimulatedEngine(maxSequences: 4, maxBatchedTokens: 64, blocks: 100);
        for (int i = 0; i < 400; i++) engine.Add(prompt: 4, maxTokens: 4, job: "large");
        for (int i = 0; i < 40; i++) engine.Add(prompt: 4, maxTokens: 4, job: "small");
        while (engine.Output.Ended.Count(group => group.Request.Job == "small") < 40) engine.Step();
        engine.Output.Ended.Count(group => group.Request.Job == "large").ShouldBeInRange(34, 46);
    }

    [Fact]
    public void A_job_of_long_requests_gets_the_tokens_of_a_job_of_short_ones_not_more()
    {
        var engine = new SimulatedEngine(maxSequences: 2, maxBatchedTokens: 64, blocks: 100);
        for (int i = 0; i < 200; i++)
        {
            engine.Add(prompt: 2, maxTokens: 18, job: "long");
            engine.Add(prompt: 2, maxTokens: 3, job: "short");
        }

        while (engine.Output.Ended.Count < 100) engine.Step();
        int longTokens = engine.Output.Ended.Where(group => group.Request.Job == "long").Sum(group => group.First.Count);
        int shortTokens = engine.Output.Ended.Where(group => group.Request.Job == "short").Sum(group => group.First.Count);
        ((double)longTokens / shortTokens).ShouldBeInRange(0.8, 1.25);
    }

    [Fact]
    public void A_job_that_comes_late_starts_level_with_the_others()
    {
        var engine = new SimulatedEngine(maxSequences: 2, maxBatchedTokens: 64, blocks: 100);
        for (int i = 0; i < 200; i++) engine.Add(prompt: 4, maxTokens: 4, job: "first");
        while (engine.Output.Ended.Count < 100) engine.Step();
        for (int i = 0; i < 100; i++) engine.Add(prompt: 4, maxTokens: 4, job: "late");
        engine.Output.Ended.Clear();
        while (engine.Output.Ended.Count < 40) engine.Step();
        engine.Output.Ended.Count(group => group.Request.Job == "first").ShouldBeInRange(17, 24);
    }

    [Fact]
    public void Completions_of_one_prompt_share_its_computation()
    {
        var engine = new SimulatedEngine(maxSequences: 4, maxBatchedTokens: 64, blocks: 100);
        var group = engine.Add(prompt: 10, maxTokens: 3, n: 3);
        engine.Step().ShouldBe([(0, 10)]);
        group.Sequences.ToArray().ShouldAllBe(sequence => sequence!.OutputCount == 1);
        engine.Step().ShouldBe([(0, 1), (0, 1), (0, 1)]);
        engine.RunToEnd();
        engine.Output.Ended.ShouldBe([group]);
    }

    [Fact]
    public void A_prompt_of_a_common_beginning_hits_blocks_that_the_same_step_computes()
    {
        var engine = new SimulatedEngine(maxSequences: 4, maxBatchedTokens: 64, blocks: 100);
        engine.Add(prompt: 10, maxTokens: 3, sameTokens: true);
        var second = engine.Add(prompt: 11, maxTokens: 3, sameTokens: true);
        engine.Step();
        new[] { second.CachedTokens, engine.Output.Ended.Count }.ShouldBe([0, 0], "the longer one goes first and computes all of it");
        engine.Groups[0].CachedTokens.ShouldBe(8);
    }

    [Fact]
    public void Cancelled_requests_leave_at_once_and_give_their_blocks_back()
    {
        var engine = new SimulatedEngine(maxSequences: 1, maxBatchedTokens: 64, blocks: 100);
        using var cancellation = new CancellationTokenSource();
        var running = engine.Add(prompt: 10, maxTokens: 30, n: 1, cancellation: cancellation.Token);
        var waiting = engine.Add(prompt: 2, maxTokens: 3, cancellation: cancellation.Token);
        var other = engine.Add(prompt: 2, maxTokens: 2);
        engine.Step();
        cancellation.Cancel();
        List<SequenceGroup> removed = [];
        engine.Scheduler.RemoveCancelled(removed);
        removed.ShouldBe([running, waiting], ignoreOrder: true);
        running.First.FinishReason.ShouldBe(FinishReason.Cancelled);
        engine.Blocks.Free.ShouldBe(100);
        engine.RunToEnd();
        engine.Output.Ended.ShouldBe([other]);
    }

    [Fact]
    public void Whatever_comes_in_every_request_ends_within_the_limits() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => RandomLoad(seed, maxUnderWay: 1)).QuickCheckThrowOnFailure();

    [Fact]
    public void Steps_planned_before_the_last_one_s_tokens_are_known_lose_nothing_either() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => RandomLoad(seed, maxUnderWay: 2)).QuickCheckThrowOnFailure();

    private static void RandomLoad(int seed, int maxUnderWay)
    {
        var random = new Random(seed);
        int maxSequences = random.Next(1, 9);
        int longest = random.Next(8, 60);
        int blocks = ((longest + SimulatedEngine.BlockSize - 1) / SimulatedEngine.BlockSize) + random.Next(12);
        var engine = new SimulatedEngine(maxSequences, maxSequences + random.Next(40), blocks, maxUnderWay);
        var expected = new Dictionary<SequenceGroup, bool>();
        var cancellations = new List<CancellationTokenSource>();
        for (int steps = 0; expected.Count < 40 || engine.Scheduler.HasWork; steps++)
        {
            steps.ShouldBeLessThan(20_000, "every request ends");
            if (expected.Count < 40 && random.Next(3) > 0)
            {
                int prompt = random.Next(1, longest);
                var cancellation = new CancellationTokenSource();
                cancellations.Add(cancellation);
                var group = engine.Add(
                    prompt, random.Next(1, longest - prompt + 1), random.Next(1, Math.Min(maxSequences, 3) + 1),
                    job: $"job {random.Next(3)}", sameTokens: random.Next(2) == 0, cancellation: cancellation.Token);
                expected.Add(group, true);
            }

            if (random.Next(20) == 0 && cancellations.Count > 0)
            {
                cancellations[random.Next(cancellations.Count)].Cancel();
                List<SequenceGroup> removed = [];
                engine.Scheduler.RemoveCancelled(removed);
                foreach (var group in removed) expected[group] = false;
                engine.Output.Ended.AddRange(removed);
            }

            if (engine.Scheduler.HasWork) engine.Step();
        }

        engine.Output.Ended.Count.ShouldBe(expected.Count, "each request ends once");
        engine.Output.Ended.ShouldBe(expected.Keys, ignoreOrder: true);
        foreach (var (group, ran) in expected)
        {
            if (ran) group.Sequences.ToArray().ShouldAllBe(sequence => sequence!.OutputCount == group.MaxTokens);
        }

        engine.Blocks.Free.ShouldBe(blocks, "no block is lost");
    }
}
