using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests.Jobs;

/// <summary>Workers that come back from the dead, and workers that die again and again.</summary>
public sealed class WorkerFaultTests(JobRigFixture fixture) : IClassFixture<JobRigFixture>
{
    [Fact]
    public async Task A_worker_that_is_halted_past_its_lease_and_goes_on_doubles_nothing()
    {
        var rig = fixture.Rig;
        var work = new JobWork(rig, rows: 2000, rowsPerShard: 40);
        await work.SubmitAsync();
        await work.UntilPartsAsync(4);
        var zombie = rig[JobRig.FirstWorker].Current;

        zombie.Halt();
        try
        {
            // The other worker does all of it, what the first one had too: its lease has ended by then.
            await work.ShouldBeWholeAsync();
        }
        finally
        {
            zombie.Continue();
        }

        // It wakes with shards of a finished job in its hands; what it writes and reports changes nothing, and it takes new work.
        await work.ShouldBeWholeAsync();
        var next = new JobWork(rig, rows: 400, rowsPerShard: 10);
        await next.SubmitAsync();
        await next.ShouldBeWholeAsync();
        await work.ShouldBeWholeAsync();
        zombie.Exit.IsCompleted.ShouldBeFalse("a worker that was halted goes on: nothing is wrong with it");
    }

    [Fact]
    public async Task Both_workers_halted_past_their_leases_at_once_only_delay_the_job()
    {
        var rig = fixture.Rig;
        var work = new JobWork(rig, rows: 1000, rowsPerShard: 20);
        await work.SubmitAsync();
        await work.UntilPartsAsync(4);
        ServiceProcess[] workers = [rig[JobRig.FirstWorker].Current, rig[JobRig.SecondWorker].Current];
        foreach (var worker in workers)
        {
            worker.Halt();
        }

        try
        {
            await Patience.UntilAsync(
                async () => (await rig.Client.GetAsync(work.Id)).Shards.Running == 0 || (await rig.Client.GetWorkersAsync()).Workers.Any(worker => worker.State == "lost"),
                () => $"the workers are noticed to be lost.\n{rig.Text}");
        }
        finally
        {
            foreach (var worker in workers)
            {
                worker.Continue();
            }
        }

        await work.ShouldBeWholeAsync();
    }

    [Fact]
    public async Task A_worker_that_dies_five_times_during_a_job_does_not_fail_it()
    {
        var rig = fixture.Rig;
        var work = new JobWork(rig, rows: 1500, rowsPerShard: 20);
        await work.SubmitAsync();
        for (var kills = 0; kills < 5; kills++)
        {
            await work.UntilPartsAsync(1 + (kills * 4));
            await rig[JobRig.FirstWorker].KillAsync();
        }

        await work.ShouldBeWholeAsync();
    }

    [Fact]
    public async Task A_row_that_kills_whatever_engine_has_it_stands_alone_in_error()
    {
        var rig = fixture.Rig;
        var before = Exits(rig);
        var work = new JobWork(rig, rows: 400, rowsPerShard: 10, poison: 57);
        await work.SubmitAsync();

        await work.ShouldBeWholeAsync();

        // Two workers until its shard is a suspect; then alone, by halves: 4 of 10 rows' halvings, and the row by itself.
        (Exits(rig) - before).ShouldBeInRange(3, 2 + 4 + 1);
    }

    [Fact]
    public async Task Poison_rows_in_several_shards_stand_in_error_and_the_others_have_their_answers()
    {
        var work = new JobWork(fixture.Rig, rows: 200, rowsPerShard: 10, poison: [3, 4, 111]);
        await work.SubmitAsync();
        await work.ShouldBeWholeAsync();
    }

    private static int Exits(JobRig rig) => rig[JobRig.FirstWorker].ExitCodes.Count + rig[JobRig.SecondWorker].ExitCodes.Count;
}
