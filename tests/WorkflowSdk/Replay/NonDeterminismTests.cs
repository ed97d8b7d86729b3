using Dapr.Workflow;
using Serverless.WorkflowSdk.Tests.Support;
using static Serverless.WorkflowSdk.Tests.Support.Events;

namespace Serverless.WorkflowSdk.Tests.Replay;

public sealed class NonDeterminismTests
{
    [Fact]
    public void Another_activity_than_the_recorded_one_stalls_the_instance_and_names_both()
    {
        var divergence = Turn.Next(context => context.CallActivityAsync<int>("New"), [Scheduled(0, "Old")], Completed(0, "1")).ShouldStall();
        (divergence.Position, divergence.EventId).ShouldBe((2, 0));
        divergence.Expected.ShouldBe("activity 'Old'");
        divergence.Actual.ShouldBe("activity 'New'");
    }

    [Fact]
    public void A_call_that_is_put_in_before_others_is_caught()
    {
        static async Task<int> Changed(WorkflowContext context)
        {
            await context.CallActivityAsync("A");
            await context.CreateTimer(TimeSpan.FromSeconds(1));
            return await context.CallActivityAsync<int>("B");
        }

        var divergence = Turn.Next(Changed, [Scheduled(0, "A"), Completed(0), Scheduled(1, "B")], Completed(1, "2")).ShouldStall();
        (divergence.Expected, divergence.Actual).ShouldBe(("activity 'B'", "timer"));
    }

    [Fact]
    public void A_call_that_is_left_out_is_caught_while_the_code_waits()
    {
        static async Task<int> Changed(WorkflowContext context)
        {
            await context.CallActivityAsync("A");
            return await context.WaitForExternalEventAsync<int>("e");
        }

        var divergence = Turn.Next(Changed, [Scheduled(0, "A"), Completed(0), Scheduled(1, "B")], Completed(1)).ShouldStall();
        (divergence.Expected, divergence.Actual).ShouldBe(("activity 'B'", "the code has not asked for it"));
    }

    [Fact]
    public void Code_that_ends_too_early_is_caught()
    {
        static async Task<int> Changed(WorkflowContext context)
        {
            await context.CallActivityAsync("A");
            return 0;
        }

        var divergence = Turn.Next(Changed, [Scheduled(0, "A"), Completed(0), TimerCreated(1, Start)], TimerFired(1, Start)).ShouldStall();
        (divergence.Expected, divergence.Actual).ShouldBe(("timer", "the code has ended without asking for it"));
    }

    [Fact]
    public void An_exception_that_a_change_causes_does_not_fail_the_instance()
    {
        static async Task<int> Changed(WorkflowContext context)
        {
            await context.CallActivityAsync("A");
            throw new InvalidOperationException("a bug of the new version");
        }

        Turn.Next(Changed, [Scheduled(0, "A"), Completed(0), Scheduled(1, "B")], Completed(1)).ShouldStall();
    }

    [Fact]
    public void Other_children_events_and_timers_are_caught()
    {
        Turn.Next(context => context.CallChildWorkflowAsync<int>("New", null, new ChildWorkflowTaskOptions("c")), [ChildCreated(0, "Old", "c")])
            .ShouldStall().Actual.ShouldBe("child workflow 'New'");
        Turn.Next(context => context.CallActivityAsync<int>("A"), [ChildCreated(0, "A", "c")]).ShouldStall().Expected.ShouldBe("child workflow 'A'");
        Turn.Next(context => context.CallChildWorkflowAsync<int>("A"), [Scheduled(0, "A")]).ShouldStall().Expected.ShouldBe("activity 'A'");
        Turn.Next(context => context.WaitForExternalEventAsync<int>("new", TimeSpan.FromMinutes(1)), [TimerCreated(0, Start, "old")])
            .ShouldStall().Expected.ShouldBe("timer of the wait for event 'old'");
        Turn.Next(Send, [Sent(0, "elsewhere", "e")]).ShouldStall().Actual.ShouldBe("event 'e' to instance 'there'");

        static Task<int> Send(WorkflowContext context)
        {
            context.SendEvent("there", "e", 1);
            return context.WaitForExternalEventAsync<int>("x");
        }
    }

    [Fact]
    public void What_the_official_sdk_accepts_is_accepted()
    {
        static async Task<int> Code(WorkflowContext context)
        {
            await context.CallActivityAsync("Case");
            await context.WaitForExternalEventAsync<int>("e", TimeSpan.FromMinutes(1));
            return await context.CallChildWorkflowAsync<int>("C", null, new ChildWorkflowTaskOptions("c"));
        }

        Turn.Next(
            Code,
            [Scheduled(0, "cASE"), Completed(0), TimerCreated(1, Start.AddDays(9)), Raised("e"), ChildCreated(5, "C", "c")],
            ChildCompleted(5, "1")).Completion.Result.ShouldBe("1");
    }

    [Fact]
    public void An_action_that_a_suspended_turn_did_not_record_is_asked_for_after_it()
    {
        static async Task<int> Code(WorkflowContext context)
        {
            await context.CallActivityAsync("A");
            return await context.CallActivityAsync<int>("B");
        }

        var result = Turn.Next(Code, [Scheduled(0, "A"), TurnStarted(5), Completed(0), Suspended()], Resumed());
        result.Actions.ShouldHaveSingleItem().ScheduleTask.Name.ShouldBe("B");
    }
}
