using Serverless.Jobs.Actors;
using Serverless.Jobs.Commands;
using Serverless.Workflows.Tests.Hosting;
using static Serverless.Contracts.Status.JobStatus;

namespace Serverless.Workflows.Tests;

/// <summary>Jobs from submit to their end, with parts that are really written.</summary>
public sealed class JobLifeTests
{
    [Fact]
    public async Task Parts_of_an_earlier_run_count_from_the_start()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => pool.Script = ticket => ticket.Shard == 2 ? FakeEnd.Failed("storage") : FakeEnd.Done);
        await world.UntilAsync(await world.SubmitAsync(world.Spec(rows: 6)), Failed);
        world.Pool.Gate = new TaskCompletionSource().Task;
        var id = await world.SubmitAsync(world.Spec(rows: 6));
        await world.UntilAsync(
            async () => (await world.StateAsync(id)).Ended is { Shards: 2, Rows: 4 }, () => "the second run does not count what the first one did");
    }

    [Fact]
    public async Task A_job_goes_through_its_states_and_leaves_every_row_once()
    {
        await using var world = await JobWorld.StartAsync();
        var id = await world.SubmitAsync(world.Spec(rows: 7));
        var state = await world.UntilAsync(id, Completed);
        JobWorld.StatusesOf(state).ShouldBe([Queued, Planning, WaitingForCapacity, Running, Finalizing, Completed]);
        state.History.Select(entry => entry.Number).ShouldBe([1, 2, 3, 4, 5, 6]);
        state.RowsTotal.ShouldBe(7);
        state.ShardsTotal.ShouldBe(4);
        state.Ended.Rows.ShouldBe(7);
        var manifest = world.Manifest();
        (manifest.Rows, manifest.RowsFailed, manifest.Parts.Count, manifest.Status).ShouldBe((7, 0, 4, Completed));
        await world.UntilAsync(() => world.Pool.Attached.Count == 0, "the job did not leave its pool");
    }

    [Fact]
    public async Task A_job_of_many_groups_offers_every_shard_once()
    {
        await using var world = await JobWorld.StartAsync();
        var id = await world.SubmitAsync(world.Spec(rows: 230, batchSize: 1));
        var state = await world.UntilAsync(id, Completed);
        state.ShardsTotal.ShouldBe(230);
        world.Pool.Offered.Select(ticket => (ticket.Shard, ticket.Attempt)).ShouldBe(Enumerable.Range(0, 230).Select(shard => (shard, 1)), ignoreOrder: true);
        world.Manifest().Parts.Select(part => part.Shard).ShouldBe(Enumerable.Range(0, 230));
    }

    [Fact]
    public async Task An_outcome_that_is_told_many_times_counts_once()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => pool.Reports = 3);
        var state = await world.UntilAsync(await world.SubmitAsync(world.Spec(rows: 6)), Completed);
        (state.Ended.Rows, state.Ended.Shards).ShouldBe((6, 3));
    }

    [Fact]
    public async Task The_same_job_submitted_again_is_the_same_and_another_under_its_id_a_conflict()
    {
        await using var world = await JobWorld.StartAsync();
        var spec = world.Spec(rows: 2) with { Id = "mine" };
        (await world.SendAsync(new SubmitJob(JobWorld.Tenant, spec))).Outcome!.Kind.ShouldBe(SubmitKind.Accepted);
        (await world.SendAsync(new SubmitJob(JobWorld.Tenant, spec))).Outcome!.Kind.ShouldBe(SubmitKind.Repeated);
        (await world.SendAsync(new SubmitJob(JobWorld.Tenant, spec with { Name = "other" }))).Outcome!.Kind.ShouldBe(SubmitKind.Conflict);
        await world.UntilAsync("mine", Completed);
        (await world.SendAsync(new SubmitJob(JobWorld.Tenant, spec))).Outcome!.Job.State.Status.ShouldBe(Completed);
    }

    [Fact]
    public async Task An_idempotency_key_makes_repeated_submissions_one_job()
    {
        await using var world = await JobWorld.StartAsync();
        var first = await world.SendAsync(new SubmitJob(JobWorld.Tenant, world.Spec(rows: 2), "key-1"));
        var again = await world.SendAsync(new SubmitJob(JobWorld.Tenant, world.Spec(rows: 2), "key-1"));
        again.Outcome!.Kind.ShouldBe(SubmitKind.Repeated);
        again.Outcome.Job.State.Submission.Key.ShouldBe(first.Outcome!.Job.State.Submission.Key);
    }

    [Fact]
    public async Task A_job_whose_output_is_finished_ends_at_once()
    {
        await using var world = await JobWorld.StartAsync();
        await world.UntilAsync(await world.SubmitAsync(world.Spec(rows: 4)), Completed);
        var offered = world.Pool.Offered.Count;
        var state = await world.UntilAsync(await world.SubmitAsync(world.Spec(rows: 4)), Completed);
        JobWorld.StatusesOf(state).ShouldBe([Queued, Planning, Finalizing, Completed]);
        state.Ended.Rows.ShouldBe(4);
        world.Pool.Offered.Count.ShouldBe(offered);
    }

    [Fact]
    public async Task A_job_goes_on_from_the_parts_that_are_there()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => pool.Script = ticket => ticket.Shard == 2 ? FakeEnd.Failed("storage") : FakeEnd.Done);
        await world.UntilAsync(await world.SubmitAsync(world.Spec(rows: 8)), Failed);
        world.Pool.Script = _ => FakeEnd.Done;
        var before = world.Pool.Offered.Count;
        var state = await world.UntilAsync(await world.SubmitAsync(world.Spec(rows: 8)), Completed);
        state.Ended.Rows.ShouldBe(8);
        world.Pool.Offered.Skip(before).Select(ticket => ticket.Shard).ShouldNotContain(0);
    }
}
