using Microsoft.Extensions.Time.Testing;
using Serverless.Placement.Pools;
using Serverless.Workflows.Tests.Hosting;
using static Serverless.Contracts.Status.JobStatus;

namespace Serverless.Workflows.Tests;

/// <summary>Attempts that fail, workers that are lost, reports that never come.</summary>
public sealed class FailureTests
{
    [Fact]
    public async Task A_failure_that_may_pass_is_tried_again_elsewhere()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => pool.Script = ticket => ticket is { Shard: 1, Attempt: < 4 } ? FakeEnd.Failed("io") : FakeEnd.Done);
        await world.UntilAsync(await world.SubmitAsync(world.Spec(rows: 6)), Completed);
        var attempts = world.Pool.Offered.Where(ticket => ticket.Shard == 1).ToList();
        attempts.Select(ticket => ticket.Attempt).ShouldBe([1, 2, 3, 4]);
        attempts[1].Avoid.ShouldBe(["replica-1"]);
    }

    [Fact]
    public async Task A_failure_that_does_not_pass_fails_the_job_after_max_attempts()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => pool.Script = ticket => ticket.Shard == 1 ? FakeEnd.Failed("io", "the disk does not answer") : FakeEnd.Done);
        var state = await world.UntilAsync(await world.SubmitAsync(world.Spec(rows: 6) with { MaxAttempts = 3 }), Failed);
        state.Error!.Code.ShouldBe("io");
        state.Error.Message.ShouldBe("shard 1 failed 3 times, at last: the disk does not answer");
        state.History[^1].Reason.ShouldBe(state.Error.Message);
        world.Pool.Offered.Count(ticket => ticket.Shard == 1).ShouldBe(3);
        await world.UntilAsync(() => world.Pool.Attached.Count == 0, "the job did not leave its pool");
    }

    [Fact]
    public async Task A_group_that_fails_stops_the_others()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => pool.Script = ticket =>
        {
            pool.Gate = ticket.Shard == 0 ? new TaskCompletionSource().Task : Task.CompletedTask;
            return ticket.Shard == 0 ? FakeEnd.Failed("storage") : FakeEnd.Done;
        });
        await world.UntilAsync(await world.SubmitAsync(world.Spec(rows: 150, batchSize: 1)), Failed);
        world.Pool.Log.ShouldContain("Stop");
    }

    [Theory]
    [InlineData("row_failed")]
    [InlineData("too_many_errors")]
    [InlineData("storage")]
    [InlineData("internal")]
    public async Task A_failure_that_stays_fails_the_job_at_once(string code)
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => pool.Script = ticket => ticket.Shard == 0 ? FakeEnd.Failed(code, "as it is") : FakeEnd.Done);
        var state = await world.UntilAsync(await world.SubmitAsync(world.Spec(rows: 6)), Failed);
        (state.Error!.Code, state.Error.Message).ShouldBe((code, "as it is"));
        world.Pool.Offered.Count(ticket => ticket.Shard == 0).ShouldBe(1);
        File.Exists(Path.Combine(world.Output, "_manifest.json")).ShouldBeFalse("a failed job has no manifest, so that it can go on when it is submitted again");
    }

    [Fact]
    public async Task A_lost_worker_costs_no_attempt()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => pool.Script = ticket => ticket is { Shard: 0, Attempt: < 3 } ? FakeEnd.Lost : FakeEnd.Done);
        var state = await world.UntilAsync(await world.SubmitAsync(world.Spec(rows: 4) with { MaxAttempts = 1 }), Completed);
        state.Ended.Rows.ShouldBe(4);
    }

    [Fact]
    public async Task The_watchdog_offers_again_what_went_silent()
    {
        await using var world = await JobWorld.StartAsync(
            new FakeTimeProvider(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero)), setUp: pool => pool.Script = ticket => ticket is { Shard: 1, Attempt: 1 } ? null : FakeEnd.Done);
        await world.UntilAsync(await world.SubmitAsync(world.Spec(rows: 6)), Completed);
        world.Pool.Offered.Where(ticket => ticket.Shard == 1).Select(ticket => ticket.Attempt).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task An_input_that_is_not_there_fails_the_job_and_says_so()
    {
        await using var world = await JobWorld.StartAsync();
        var state = await world.UntilAsync(
            await world.SubmitAsync(world.Spec(rows: 1) with { Input = new() { Uri = Path.Combine(world.Output, "..", "nothing", "*.jsonl") } }), Failed);
        state.Error!.Code.ShouldBe("invalid_input");
        JobWorld.StatusesOf(state).ShouldBe([Queued, Planning, Failed]);
    }

    [Fact]
    public async Task More_failed_rows_than_the_job_allows_fail_it()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => pool.Gate = new TaskCompletionSource().Task);
        var id = await world.SubmitAsync(world.Spec(rows: 10) with { MaxErrorRate = 0.2 });
        await world.UntilAsync(id, Running);
        var key = $"{JobWorld.Tenant}:{id}";
        await world.Pool.Job(key).ReportAsync(new WorkerReport(key, "replica-1", [new ShardOutcome(0, 0, 1, ShardOutcomeKind.Done, Rows: 2, RowsFailed: 2)], []));
        (await world.StateAsync(id)).Status.ShouldBe(Running);
        await world.Pool.Job(key).ReportAsync(new WorkerReport(key, "replica-1", [new ShardOutcome(0, 1, 1, ShardOutcomeKind.Done, Rows: 2, RowsFailed: 1)], []));
        (await world.UntilAsync(id, Failed)).Error!.Code.ShouldBe("too_many_errors");
    }
}
