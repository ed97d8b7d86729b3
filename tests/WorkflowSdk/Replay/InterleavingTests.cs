using Dapr.Protocol;
using Dapr.Workflow;
using FsCheck;
using FsCheck.Fluent;
using Serverless.WorkflowSdk.Tests.Support;

namespace Serverless.WorkflowSdk.Tests.Replay;

public sealed class InterleavingTests
{
    [Fact]
    public void Whatever_the_order_in_which_things_end_the_outcome_is_the_same_and_every_turn_can_be_repeated() =>
        Prop.ForAll(
            Gen.ArrayOf(Gen.Choose(0, 999)).ToArbitrary(),
            choices => Run(choices).Outcome.ShouldNotBeNull().Result.ShouldBe(Run([]).Outcome!.Result)).QuickCheckThrowOnFailure();

    [Fact]
    public void Everything_that_happened_can_be_replayed_at_once_and_asks_for_nothing_new() =>
        Prop.ForAll(
            Gen.ArrayOf(Gen.Choose(0, 999)).ToArbitrary(),
            choices =>
            {
                var run = Run(choices);
                var replay = Turn.Run(Code, run.History, [], Simulator.InstanceId);
                replay.Divergence.ShouldBeNull();
                replay.Completion.ShouldBe(run.Outcome);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Duplicates_of_ends_change_nothing() =>
        Prop.ForAll(
            Gen.Choose(0, 999).ToArbitrary(),
            seed =>
            {
                var run = Run([seed, seed + 1, seed + 2]);
                var random = new Random(seed);
                var history = run.History.SelectMany(entry =>
                    IsEnd(entry) && random.Next(2) == 0 ? new[] { entry, entry } : [entry]).ToArray();
                Turn.Run(Code, history, [], Simulator.InstanceId).Completion.ShouldBe(run.Outcome);
            }).QuickCheckThrowOnFailure();

    private static bool IsEnd(HistoryEvent entry) => entry.EventTypeCase is HistoryEvent.EventTypeOneofCase.TaskCompleted
        or HistoryEvent.EventTypeOneofCase.TaskFailed or HistoryEvent.EventTypeOneofCase.TimerFired
        or HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted;

    // Fan-out, retries, children, timers and events side by side; the sum does not depend on who is first.
    private static async Task<object?> Code(WorkflowContext context)
    {
        var retries = new WorkflowTaskOptions(new WorkflowRetryPolicy(3, TimeSpan.FromSeconds(1)));
        var lanes = Enumerable.Range(0, 4).Select(async lane =>
        {
            var value = await context.CallActivityAsync<int>("A", lane, retries);
            await context.CreateTimer(TimeSpan.FromSeconds(lane + 1));
            return value + await context.CallChildWorkflowAsync<int>("C", lane, new ChildWorkflowTaskOptions("child-" + lane));
        }).ToArray();
        var raised = context.WaitForExternalEventAsync<int>("e", TimeSpan.FromDays(1));
        return (await Task.WhenAll(lanes)).Sum() + await raised;
    }

    private static Simulator Run(int[] choices)
    {
        var run = new Simulator(Code);
        var raised = false;
        var failed = new HashSet<int>();
        for (var step = 0; run.Outcome is null; step++)
        {
            step.ShouldBeLessThan(200, "the workflow does not come to its end");
            var choice = choices.Length == 0 ? 0 : choices[step % choices.Length] + step;
            Action[] possible =
            [
                .. run.OpenActivities.Select<WorkflowAction, Action>(action => () => End(run, failed, action, choice)),
                .. run.OpenChildren.Select<WorkflowAction, Action>(action => () => run.CompleteChild(action.Id, "10")),
                .. run.OpenTimers.Where(action => action.CreateTimer.ExternalEvent is null).Select<WorkflowAction, Action>(action => () => run.Fire(action.Id)),
                .. raised ? Array.Empty<Action>() : [() =>
                {
                    raised = true;
                    run.Raise(Events.Raised("e", "1000"));
                }],
            ];
            possible[choice % possible.Length]();
        }

        return run;
    }

    // Some first attempts fail.
    private static void End(Simulator run, HashSet<int> failed, WorkflowAction action, int choice)
    {
        var lane = int.Parse(action.ScheduleTask.Input);
        if (choice % 3 == 1 && failed.Add(lane))
        {
            run.Fail(action.Id, "boom");
        }
        else
        {
            run.Complete(action.Id, "100");
        }
    }
}
