using FsCheck;
using FsCheck.Fluent;
using Serverless.Contracts.Status;
using Serverless.Jobs.Actors;
using static Serverless.Contracts.Status.JobStatus;

namespace Serverless.Jobs.Tests;

public sealed class JobMachineTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_new_job_is_queued() => New().History.ShouldHaveSingleItem().Status.ShouldBe(Queued);

    [Fact]
    public void Whatever_is_asked_every_step_of_the_history_is_one_that_the_table_allows()
    {
        Prop.ForAll(Gen.Elements(Enum.GetValues<JobStatus>()).ListOf().ToArbitrary(), asked =>
        {
            var state = asked.Aggregate(New(), (state, next) => JobMachine.Enter(state, next, Now));
            return state.History.Zip(state.History.Skip(1)).All(step => step.First.Status != step.Second.Status && JobTransitions.IsAllowed(step.First.Status, step.Second.Status))
                && state.History[^1].Status == state.Status
                && state.History.Select(entry => entry.Number).SequenceEqual(Enumerable.Range(1, state.History.Count));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_workflow_of_a_paused_job_goes_on_underneath_and_shows_when_it_is_resumed()
    {
        var paused = JobMachine.Enter(Enter(Planning), Paused, Now);
        var under = JobMachine.Enter(paused, WaitingForCapacity, Now, "a GPU");
        under.Status.ShouldBe(Paused);
        JobMachine.Resume(under, Now).Status.ShouldBe(WaitingForCapacity);
    }

    [Fact]
    public void What_a_job_waits_for_is_forgotten_when_it_waits_no_more()
    {
        var waiting = JobMachine.Enter(Enter(Planning), WaitingForCapacity, Now, "a GPU");
        (waiting.WaitingReason, waiting.WaitingSince).ShouldBe(("a GPU", Now));
        var running = JobMachine.Enter(waiting, Running, Now);
        (running.WaitingReason, running.WaitingSince).ShouldBe((null, null));
    }

    [Theory]
    [InlineData(Queued, "a job that is queued cannot be paused")]
    [InlineData(Completed, "a job that is completed cannot be paused")]
    [InlineData(CompletedWithErrors, "a job that is completed with errors cannot be paused")]
    public void A_refusal_says_why(JobStatus status, string refusal) => JobMachine.PauseRefusal(New() with { Status = status }).ShouldBe(refusal);

    private static JobState New() => JobMachine.Accept(new JobSubmission("t:j", "spec", "hash", null, 0, "out", Now), Now);

    private static JobState Enter(JobStatus status) => JobMachine.Enter(New(), status, Now);
}
