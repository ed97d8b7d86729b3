using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests.Jobs;

/// <summary>kill -9 of one process of the job service at each step of a job's life: the job completes, with every row once.</summary>
public sealed class JobKillPointTests(JobRigFixture fixture) : IClassFixture<JobRigFixture>
{
    private const int Rows = 200, RowsPerShard = 10;

    /// <summary>Both workers: whichever has the engine comes by the point.</summary>
    private const string Workers = "workers";

    [Theory]

    // Accepted, not persisted.
    [InlineData(JobRig.ApiName, "jobs.submit.before-actor")]
    [InlineData(JobRig.ApiName, "jobs.job.before-save")]
    [InlineData(JobRig.ApiName, "jobs.job.saved")]

    // Persisted, not scheduled.
    [InlineData(JobRig.ApiName, "jobs.job.before-schedule")]
    [InlineData(JobRig.ApiName, "jobs.job.scheduled")]

    // Scheduled, not dispatched.
    [InlineData(JobRig.ApiName, "workflows.group.before-offer")]
    [InlineData(JobRig.ApiName, "workflows.group.offered")]
    [InlineData(Workers, "workers.replica.leased")]

    // Running.
    [InlineData(Workers, "workers.shard.running", 3)]

    // Computed, not saved.
    [InlineData(Workers, "processing.part.before-write", 3)]

    // Uploaded, not committed.
    [InlineData(Workers, "processing.part.before-link", 3)]

    // Saved, not acknowledged.
    [InlineData(Workers, "processing.part.after-link", 3)]
    [InlineData(Workers, "workers.report.before-send", 2)]
    [InlineData(Workers, "workers.report.acknowledged", 2)]
    [InlineData(JobRig.ApiName, "jobs.report.before-raise", 3)]
    [InlineData(JobRig.ApiName, "jobs.report.raised", 3)]

    // Manifest not written; written, not completed.
    [InlineData(JobRig.ApiName, "workflows.group.sealed")]
    [InlineData(JobRig.ApiName, "processing.job.before-manifest")]
    [InlineData(JobRig.ApiName, "processing.job.before-success")]
    [InlineData(JobRig.ApiName, "workflows.job.finished")]
    public async Task A_process_that_dies_at_a_step_delays_the_job_and_nothing_else(string process, string point, int hit = 1)
    {
        var rig = fixture.Rig;
        var processes = (process == Workers ? [JobRig.FirstWorker, JobRig.SecondWorker] : new[] { process }).Select(name => rig[name]).ToList();
        await Task.WhenAll(processes.Select(armed => armed.KillAsync($"{point}=kill@{hit}")));
        var armed = processes.Select(armed => armed.Current).ToList();
        var work = new JobWork(rig, Rows, RowsPerShard);

        await work.SubmitAsync();
        await work.ShouldBeWholeAsync();

        var dead = armed.Where(one => one.Exit.IsCompleted).ToList();
        dead.ShouldNotBeEmpty($"the job does not come by {point} {hit} times in {process}\n{rig.Text}");
        (await Task.WhenAll(dead.Select(one => one.Exit))).ShouldAllBe(status => status == ServiceProcess.KilledExitCode);
    }

    [Theory]
    [InlineData("sidecar.store.before-commit", 20)]
    [InlineData("sidecar.store.after-commit", 20)]
    [InlineData("sidecar.actor-reminder.after-commit", 1)]
    [InlineData("sidecar.actor-reminder.delivered", 1)]
    [InlineData("sidecar.workflow.accepted-after-commit", 1)]
    [InlineData("sidecar.workflow.turn-completed-after-commit", 5)]
    [InlineData("sidecar.workflow.activity-completed-before-commit", 3)]
    [InlineData("sidecar.workflow.event-raised-before-commit", 2)]
    [InlineData("sidecar.workflow.event-raised-after-commit", 2)]
    [InlineData("sidecar.workflow.child-created-after-commit", 1)]
    public Task A_sidecar_that_dies_at_a_step_delays_the_job_and_nothing_else(string point, int hit) =>
        A_process_that_dies_at_a_step_delays_the_job_and_nothing_else(JobRig.SidecarName, point, hit);
}
