using Serverless.Placement.Pools;
using Serverless.Workflows.Tests.Hosting;
using static Serverless.Contracts.Status.JobStatus;

namespace Serverless.Workflows.Tests;

/// <summary>Rows that take their worker down.</summary>
public sealed class PoisonTests
{
    private const int Rows = 24, ShardRows = 8, Shard = 1;

    [Fact]
    public async Task A_poison_row_stands_alone_in_error()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => pool.Script = Dies(poison: 5));
        var state = await world.UntilAsync(await world.SubmitAsync(world.Spec(Rows, ShardRows)), CompletedWithErrors);
        (state.Ended.Rows, state.Ended.RowsFailed).ShouldBe((Rows, 1));
        state.Errors.ShouldHaveSingleItem().Type.ShouldBe("poison_row");
        var attempts = world.Pool.Offered.Where(ticket => ticket.Shard == Shard).ToList();
        attempts.Select(ticket => ticket.Attempt).ShouldBe(Enumerable.Range(1, attempts.Count));
        attempts.TakeWhile(ticket => ticket.Probe is null).Count().ShouldBe(2, "two whole attempts, then rows are probed");
        attempts[^1].Probe.ShouldBeNull();
        attempts[^1].PoisonRows.ShouldBe([5]);
        attempts.Count.ShouldBeLessThanOrEqualTo(2 + 7 + 1);
        world.Pool.Offered.Where(ticket => ticket.Shard != Shard).ShouldAllBe(ticket => ticket.Attempt == 1);
    }

    [Fact]
    public async Task Several_poison_rows_stand_in_error_and_the_others_have_their_answers()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => pool.Script = Dies(poison: [0, 3, 7]));
        var state = await world.UntilAsync(await world.SubmitAsync(world.Spec(Rows, ShardRows)), CompletedWithErrors);
        (state.Ended.Rows, state.Ended.RowsFailed).ShouldBe((Rows, 3));
        world.Pool.Offered.Last(ticket => ticket.Shard == Shard).PoisonRows.ShouldBe([0, 3, 7]);
    }

    [Fact]
    public async Task Rows_that_became_known_after_the_next_attempt_was_offered_count()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool =>
        {
            var dies = Dies(poison: 2);
            pool.Script = ticket => dies(ticket) is { Suspects: not null } end ? end with { Suspects = null, Later = end.Suspects } : dies(ticket);
        });
        var state = await world.UntilAsync(await world.SubmitAsync(world.Spec(Rows, ShardRows)), CompletedWithErrors);
        state.Ended.RowsFailed.ShouldBe(1);
    }

    [Fact]
    public async Task A_shard_that_loses_workers_without_a_row_to_blame_fails_the_job_and_says_so()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => pool.Script = ticket =>
            ticket.Shard != Shard ? FakeEnd.Done : ticket.Probe is null ? FakeEnd.Lost with { Suspects = [0, 1, 2, 3] } : FakeEnd.Passed);
        var state = await world.UntilAsync(await world.SubmitAsync(world.Spec(Rows, ShardRows)), Failed);
        state.Error!.Code.ShouldBe("worker_lost");
        state.Error.Message.ShouldStartWith("shard 1 lost 6 workers and none of its rows alone is to blame");
    }

    [Fact]
    public async Task An_engine_that_dies_of_any_row_fails_the_job()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => pool.Script = Dies(poison: [.. Enumerable.Range(0, 40).Select(row => (long)row)], shard: 0));
        var state = await world.UntilAsync(await world.SubmitAsync(world.Spec(40, 40)), Failed);
        state.Error!.Message.ShouldStartWith("more than 16 rows of shard 0 took a worker down");
    }

    /// <summary>A worker that dies when it has one of the rows, with all rows of the attempt in its engine.</summary>
    private static Func<ShardTicket, FakeEnd?> Dies(params long[] poison) => Dies(poison, Shard);

    private static Func<ShardTicket, FakeEnd?> Dies(long[] poison, int shard) => ticket =>
    {
        var (first, count) = ticket.Probe is { } probe ? (probe.First, probe.Count) : (0, poison.Length > ShardRows ? 40 : ShardRows);
        var dies = ticket.Shard == shard && poison.Except(ticket.PoisonRows ?? []).Any(row => row >= first && row < first + count);
        return dies ? FakeEnd.Lost with { Suspects = [.. Enumerable.Range((int)first, (int)count).Select(row => (long)row)] }
            : ticket.Probe is null ? FakeEnd.Done : FakeEnd.Passed;
    };
}
