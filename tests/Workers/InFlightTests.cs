using Serverless.Contracts.Errors;
using Serverless.Placement.Pools;
using Serverless.Workers.InFlight;
using Serverless.Workers.Tests.Fakes;

namespace Serverless.Workers.Tests;

/// <summary>What a process that dies leaves of the rows in its engine.</summary>
public sealed class InFlightTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("serverless-workers-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void The_next_process_finds_the_rows_that_had_not_left_the_engine()
    {
        using (var file = InFlightFile.Open(folder.FullName, "a"))
        {
            file.Lost.ShouldBeEmpty();
            var one = file.Begin(new LostAttempt("job-1", "r", 0, 7, 2, []))!;
            var two = file.Begin(new LostAttempt("job-2", "r", 1, 101, 1, []))!;
            var three = file.Begin(new LostAttempt("job-2", "r", 1, 102, 1, []))!;
            var left = one.Enter(0);
            one.Enter(5);
            one.Enter(3);
            three.Enter(9);
            one.Leave(left);
            two.Dispose();
            three.Dispose();
            three.Enter(10).ShouldBe(-1);
        }

        using (var file = InFlightFile.Open(folder.FullName, "a"))
        {
            var lost = file.Lost.ShouldHaveSingleItem();
            (lost.JobId, lost.ReplicaId, lost.Group, lost.Shard, lost.Attempt).ShouldBe(("job-1", "r", 0, 7, 2));
            lost.Rows.ShouldBe([3, 5]);
        }

        using (var file = InFlightFile.Open(folder.FullName, "a"))
            file.Lost.ShouldBeEmpty();
    }

    [Fact]
    public void More_rows_than_fit_are_not_recorded_and_harm_nothing()
    {
        using var file = InFlightFile.Open(folder.FullName, "a");
        var attempt = file.Begin(new LostAttempt("job-1", "r", 0, 0, 1, []))!;
        var entries = Enumerable.Range(0, 10_000).Select(i => attempt.Enter(i)).ToList();
        entries.ShouldContain(-1);
        entries.ForEach(attempt.Leave);
        attempt.Positions.ShouldBeEmpty();
        Enumerable.Range(0, 200).Count(_ => file.Begin(new LostAttempt("job-1", "r", 0, 0, 1, [])) is null).ShouldBe(200 - 127);
    }

    [Fact]
    public void A_late_row_of_an_attempt_that_ended_does_not_touch_the_next()
    {
        using var file = InFlightFile.Open(folder.FullName, "a");
        var first = file.Begin(new LostAttempt("job-1", "r", 0, 0, 1, []))!;
        var entry = first.Enter(1);
        first.Dispose();
        var second = file.Begin(new LostAttempt("job-1", "r", 0, 0, 2, []))!;
        second.Enter(2);
        first.Leave(entry);
        second.Positions.ShouldBe([2]);
    }

    [Fact]
    public async Task A_worker_tells_jobs_what_its_last_process_died_with()
    {
        using (var file = InFlightFile.Open(folder.FullName, WorkerBench.NodeId))
            file.Begin(new LostAttempt("job-1", "replica-0", 3, 301, 2, []))!.Enter(17);
        await using var bench = await WorkerBench.StartAsync();
        bench.Record.ReportFailures = 2;
        await bench.StartWorkerAsync(bench.Options() with { DataFolder = folder.FullName });
        await bench.Record.UntilAsync(record => record.Ended.Count == 1, "the report of the lost attempt");
        var ended = bench.Record.Ended[0];
        (ended.Group, ended.Shard, ended.Attempt, ended.Kind).ShouldBe((3, 301, 2, ShardOutcomeKind.WorkerLost));
        ended.SuspectRows.ShouldBe([17]);
        bench.Record.Reports[^1].ReplicaId.ShouldBe("replica-0");
    }

    [Fact]
    public async Task A_broken_engine_names_the_rows_that_it_had()
    {
        await using var bench = await WorkerBench.StartAsync();
        var job = await bench.PlanAsync("job-1", "a", FakeEngine.Dies);
        bench.Record.Offer(job.Lease(1));
        await bench.StartWorkerAsync(bench.Options() with { DataFolder = folder.FullName });
        await bench.StartEngineAsync();
        await bench.Record.UntilAsync(record => record.Ended.Count == 1, "the failure");
        bench.Record.Ended[0].ErrorCode.ShouldBe(ErrorCodes.EngineFailed);
        bench.Record.Ended[0].SuspectRows.ShouldBe([0]);
    }
}
