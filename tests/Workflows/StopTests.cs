using Serverless.Contracts.Results;
using Serverless.Jobs.Commands;
using Serverless.Workflows.Tests.Hosting;
using static Serverless.Contracts.Status.JobStatus;

namespace Serverless.Workflows.Tests;

/// <summary>Cancel, deadline, pause and resume.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task A_cancelled_job_has_a_part_for_every_shard_that_was_offered()
    {
        await using var world = await JobWorld.StartAsync();
        var gate = new TaskCompletionSource();
        world.Pool.Script = ticket =>
        {
            world.Pool.Gate = ticket.Shard == 1 ? gate.Task : Task.CompletedTask;
            return FakeEnd.Done;
        };
        var id = await world.SubmitAsync(world.Spec(rows: 10));
        await world.UntilAsync(async () => (await world.StateAsync(id)).Ended.Shards == 2, () => "two shards did not end");
        (await world.SendAsync(new CancelJob(JobWorld.Tenant, id))).Refusal.ShouldBeNull();
        var state = await world.UntilAsync(id, Cancelled);
        JobWorld.StatusesOf(state).ShouldBe([Queued, Planning, WaitingForCapacity, Running, Cancelling, Finalizing, Cancelled]);
        var manifest = world.Manifest();
        (manifest.Status, manifest.Rows, manifest.RowsFailed, manifest.Parts.Count).ShouldBe((Cancelled, 10, 6, 5));
        manifest.Errors.ShouldHaveSingleItem().Type.ShouldBe("cancelled");
        world.Pool.Log.ShouldContain("Stop");
        gate.SetResult();
        await world.UntilAsync(() => world.Pool.Attached.Count == 0, "the job did not leave its pool");
    }

    [Fact]
    public async Task Groups_that_were_never_started_stand_in_the_manifest_as_not_started()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => pool.Gate = new TaskCompletionSource().Task);
        var id = await world.SubmitAsync(world.Spec(rows: 850, batchSize: 1));
        await world.UntilAsync(() => world.Pool.Offered.Count == 800, "eight groups were not offered");
        await world.SendAsync(new CancelJob(JobWorld.Tenant, id));
        var state = await world.UntilAsync(id, Cancelled);
        (state.RowsTotal, state.ShardsTotal, state.Ended.Rows).ShouldBe((850, 850, 800));
        var manifest = world.Manifest();
        manifest.NotStarted.ShouldBe([new ShardRange(800, 849)]);
        (manifest.Rows, manifest.RowsNotStarted, manifest.Parts.Count).ShouldBe((800, 50, 800));
    }

    [Fact]
    public async Task A_job_that_is_cancelled_before_a_shard_was_offered_keeps_its_total_and_is_retried_whole()
    {
        await using var world = await JobWorld.StartAsync();
        var spec = world.Spec(rows: 10) with { Id = "early" };
        world.Pool.Attaching = async () => await world.SendAsync(new CancelJob(JobWorld.Tenant, "early"));
        var id = await world.SubmitAsync(spec);
        var state = await world.UntilAsync(id, Cancelled);
        (state.RowsTotal, state.ShardsTotal, state.Ended.Rows).ShouldBe((10, 5, 0));
        world.Manifest().NotStarted.ShouldBe([new ShardRange(0, 4)]);

        world.Pool.Attaching = () => Task.CompletedTask;
        var retry = (await world.SendAsync(new RetryJob(JobWorld.Tenant, id))).Submitted!.Outcome!.Job.State.Submission;
        retry.RetryOf.ShouldBe(id);
        (await world.UntilAsync("early-retry-1", Completed)).Ended.Rows.ShouldBe(10);
    }

    [Fact]
    public async Task A_job_expires_at_its_deadline()
    {
        await using var world = await JobWorld.StartAsync(new(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero)), setUp: pool => pool.Gate = new TaskCompletionSource().Task);
        var id = await world.SubmitAsync(world.Spec(rows: 4) with { Deadline = "2h" });
        var state = await world.UntilAsync(id, Expired);
        JobWorld.StatusesOf(state).ShouldBe([Queued, Planning, WaitingForCapacity, Running, Finalizing, Expired]);
        state.History[^1].At.ShouldBeGreaterThanOrEqualTo(state.Submission.SubmittedAt.AddHours(2));
        world.Manifest().Errors.ShouldHaveSingleItem().Type.ShouldBe("expired");
        world.Pool.Log.ShouldContain("Stop");
    }

    [Fact]
    public async Task A_paused_job_hands_nothing_out_until_it_is_resumed()
    {
        await using var world = await JobWorld.StartAsync();
        var gate = new TaskCompletionSource();
        world.Pool.Gate = gate.Task;
        var id = await world.SubmitAsync(world.Spec(rows: 8));
        await world.UntilAsync(id, Running);
        (await world.SendAsync(new PauseJob(JobWorld.Tenant, id))).Refusal.ShouldBeNull();
        (await world.SendAsync(new PauseJob(JobWorld.Tenant, id))).Refusal.ShouldBeNull("pausing twice is no mistake");
        gate.SetResult();
        (await world.StateAsync(id)).Status.ShouldBe(Paused);
        (await world.SendAsync(new ResumeJob(JobWorld.Tenant, id))).Refusal.ShouldBeNull();
        var state = await world.UntilAsync(id, Completed);
        JobWorld.StatusesOf(state).ShouldBe([Queued, Planning, WaitingForCapacity, Running, Paused, Running, Finalizing, Completed]);
        world.Pool.Log.Where(entry => entry is "Pause" or "Resume").ShouldBe(["Pause", "Pause", "Resume"]);
    }

    [Fact]
    public async Task A_paused_job_can_be_cancelled()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => pool.Gate = new TaskCompletionSource().Task);
        var id = await world.SubmitAsync(world.Spec(rows: 4));
        await world.UntilAsync(id, Running);
        await world.SendAsync(new PauseJob(JobWorld.Tenant, id));
        await world.SendAsync(new CancelJob(JobWorld.Tenant, id));
        await world.UntilAsync(id, Cancelled);
    }

    [Fact]
    public async Task A_job_that_has_ended_cannot_be_paused_resumed_or_cancelled()
    {
        await using var world = await JobWorld.StartAsync();
        var id = await world.SubmitAsync(world.Spec(rows: 2));
        await world.UntilAsync(id, Completed);
        (await world.SendAsync(new CancelJob(JobWorld.Tenant, id))).Refusal.ShouldBe("a job that is completed cannot be cancelled");
        (await world.SendAsync(new PauseJob(JobWorld.Tenant, id))).Refusal.ShouldBe("a job that is completed cannot be paused");
        (await world.SendAsync(new ResumeJob(JobWorld.Tenant, id))).Refusal.ShouldBe("a job that is completed cannot be resumed");
        (await world.SendAsync(new CancelJob(JobWorld.Tenant, "nobody"))).Found.ShouldBeFalse();
    }

    [Fact]
    public async Task A_job_that_waits_too_long_for_capacity_fails_with_what_it_waited_for()
    {
        await using var world = await JobWorld.StartAsync(new(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero)), setUp: pool => (pool.HasReplica, pool.Gate) = (false, new TaskCompletionSource().Task));
        var spec = world.Spec(rows: 2);
        var id = await world.SubmitAsync(spec with { Placement = spec.Placement with { Timeout = "10m" } });
        var key = $"{JobWorld.Tenant}:{id}";
        await world.UntilAsync(id, WaitingForCapacity);
        await world.Pool.Job(key).CapacityAsync(new(key, Available: false, "accelerator: 1 of type H200"));
        (await world.StateAsync(id)).WaitingReason.ShouldBe("accelerator: 1 of type H200");
        var state = await world.UntilAsync(id, Failed);
        state.Error!.Code.ShouldBe("no_capacity");
        state.Error.Message.ShouldContain("accelerator: 1 of type H200");
    }

    [Fact]
    public async Task A_pool_whose_engine_cannot_run_fails_the_job()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => (pool.HasReplica, pool.Gate) = (false, new TaskCompletionSource().Task));
        var id = await world.SubmitAsync(world.Spec(rows: 2));
        var key = $"{JobWorld.Tenant}:{id}";
        await world.UntilAsync(id, WaitingForCapacity);
        await world.Pool.Job(key).CapacityAsync(new(key, Available: false, null, ErrorCode: "model", ErrorMessage: "the weights are broken"));
        var state = await world.UntilAsync(id, Failed);
        (state.Error!.Code, state.Error.Message).ShouldBe(("model", "the weights are broken"));
    }
}
