using Serverless.Contracts.Errors;
using Serverless.Placement.Pools;
using Serverless.Workers.Tests.Fakes;

namespace Serverless.Workers.Tests;

/// <summary>Leases that become parts and outcomes.</summary>
public sealed class ShardTests : IAsyncLifetime
{
    WorkerBench bench = null!;

    public async ValueTask InitializeAsync() => bench = await WorkerBench.StartAsync();

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task Shards_of_two_jobs_run_over_one_engine_and_leave_their_parts()
    {
        var (one, two) = (await bench.PlanAsync("job-1", "a", "b", "c"), await bench.PlanAsync("job-2", "d", "e"));
        bench.Record.Offer(one.Lease(0), two.Lease(0), one.Lease(1), two.Lease(1), one.Lease(2));
        await bench.StartWorkerAsync();
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Ended.Count == 5, "the end of five shards");

        bench.Record.Ended.ShouldAllBe(outcome => outcome.Kind == ShardOutcomeKind.Done && outcome.Rows == 1 && outcome.RowsFailed == 0 && outcome.InputTokens == 2);
        (one.Parts, two.Parts).ShouldBe((3, 2));
        bench.Loads.ShouldBe(1);
        bench.Engine.Prompts.Order().ShouldBe(["job-1: a", "job-1: b", "job-1: c", "job-2: d", "job-2: e"]);
        bench.Record.Exchanges.ShouldAllBe(exchange => exchange.Running.Count <= 2);
        bench.Record.Reports.ShouldAllBe(report => report.ReplicaId == WorkerBench.ReplicaId && report.Ended.All(ended => ended.Group == 0));
    }

    [Fact]
    public async Task An_attempt_runs_until_its_job_has_acknowledged_the_end()
    {
        var job = await bench.PlanAsync("job-1", "a", "b");
        bench.Record.ReportFailures = 3;
        bench.Record.Offer(job.Lease(0), job.Lease(1));
        await bench.StartWorkerAsync();
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Ended.Count == 2, "the report of two shards after three refusals");
        await bench.Record.UntilAsync(record => record.Exchanges[^1].Running.Count == 0, "an exchange without the shards");

        bench.Record.ReportFailures.ShouldBe(0);
        bench.Record.Ended.Select(ended => ended.Shard).Order().ShouldBe([0, 1]);
        job.Parts.ShouldBe(2);
    }

    [Fact]
    public async Task A_pool_that_does_not_answer_is_asked_again()
    {
        var job = await bench.PlanAsync("job-1", "a");
        bench.Record.ExchangeFailures = 3;
        bench.Record.Offer(job.Lease(0));
        await bench.StartWorkerAsync();
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Ended.Count == 1, "the end of the shard");
    }

    [Fact]
    public async Task A_stopped_attempt_ends_at_the_next_step_and_says_so()
    {
        var job = await bench.PlanAsync("job-1", "a", "b");
        var gate = new TaskCompletionSource();
        bench.Engine.Gate = gate.Task;
        bench.Record.Offer(job.Lease(0), job.Lease(1));
        await bench.StartWorkerAsync(bench.Options() with { ExchangeInterval = TimeSpan.FromMilliseconds(50) });
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Exchanges.Exists(exchange => exchange.Running.Count == 2), "an exchange with both shards");
        bench.Record.Stop.Add(new RunningShard("job-1", 0, 1));
        await bench.Record.UntilAsync(record => record.Ended.Exists(ended => ended.Kind == ShardOutcomeKind.Stopped), "the stop");
        gate.SetResult();
        await bench.Record.UntilAsync(record => record.Ended.Count == 2, "the end of the other shard");
        bench.Record.Ended.ShouldContain(ended => ended.Shard == 1 && ended.Kind == ShardOutcomeKind.Done);
        job.Parts.ShouldBe(1);
    }

    [Fact]
    public async Task A_higher_attempt_replaces_a_lower_one()
    {
        var job = await bench.PlanAsync("job-1", "a");
        var gate = new TaskCompletionSource();
        bench.Engine.Gate = gate.Task;
        bench.Record.Offer(job.Lease(0, 1), job.Lease(0, 2));
        await bench.StartWorkerAsync();
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Ended.Count == 1, "the end of the lower attempt");
        gate.SetResult();
        await bench.Record.UntilAsync(record => record.Ended.Count == 2, "the end of the higher attempt");
        bench.Record.Ended.Select(ended => (ended.Attempt, ended.Kind)).ShouldBe([(1, ShardOutcomeKind.Stopped), (2, ShardOutcomeKind.Done)]);
    }

    [Fact]
    public async Task A_wake_brings_an_idle_replica_to_its_pool_at_once()
    {
        var job = await bench.PlanAsync("job-1", "a");
        await bench.StartWorkerAsync(bench.Options() with { IdleInterval = TimeSpan.FromHours(1) });
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Exchanges.Exists(exchange => exchange.State == ReplicaState.Ready), "a replica that is ready");
        bench.Record.Offer(job.Lease(0));
        await bench.Door.WakeAsync(WorkerBench.ReplicaId);
        await bench.Record.UntilAsync(record => record.Ended.Count == 1, "the end of the shard");
    }

    [Fact]
    public async Task Probes_pass_without_a_part_and_poison_rows_stand_as_errors()
    {
        var job = await bench.PlanAsync("job-1", "a");
        bench.Record.Slots = 1;
        bench.Record.Offer(job.Lease(0, 1, probe: new RowRange(0, 1)), job.Lease(0, 2, poison: [0]));
        await bench.StartWorkerAsync();
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Ended.Count == 2, "the end of probe and shard");
        bench.Record.Ended.Select(ended => (ended.Kind, ended.Rows, ended.RowsFailed)).ShouldBe([(ShardOutcomeKind.ProbePassed, 1, 0), (ShardOutcomeKind.Done, 1, 1)]);
        bench.Engine.Prompts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_job_whose_document_is_gone_fails_with_its_code()
    {
        var job = await bench.PlanAsync("job-1", "a");
        bench.Record.Offer((job with { SpecUri = job.SpecUri + ".gone" }).Lease(0));
        await bench.StartWorkerAsync();
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Ended.Count == 1, "the failure");
        var ended = bench.Record.Ended[0];
        (ended.Kind, ended.ErrorCode).ShouldBe((ShardOutcomeKind.Failed, ErrorCodes.InvalidSpec));
        ended.ErrorMessage!.ShouldContain("is not there");
    }

    [Fact]
    public async Task Progress_is_told_while_a_shard_runs()
    {
        var job = await bench.PlanAsync("job-1", "a");
        var gate = new TaskCompletionSource();
        bench.Engine.Gate = gate.Task;
        bench.Record.Offer(job.Lease(0));
        await bench.StartWorkerAsync();
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Reports.Exists(report => report.Running is [{ Shard: 0, Attempt: 1, RowsDone: 0 }]), "progress");
        gate.SetResult();
        await bench.Record.UntilAsync(record => record.Ended.Count == 1, "the end of the shard");
    }
}
