using Dapr.Workflow;
using Serverless.WorkflowSdk.Tests.Support;
using static Serverless.WorkflowSdk.Tests.Support.Events;

namespace Serverless.WorkflowSdk.Tests.Replay;

public sealed class ExternalEventTests
{
    private static readonly DateTime InAMinute = Start.AddMinutes(1);

    [Fact]
    public void The_case_of_a_name_does_not_matter() =>
        Turn.First(context => context.WaitForExternalEventAsync<int>("approved"), Raised("Approved", "7")).Completion.Result.ShouldBe("7");

    [Fact]
    public void Events_that_come_before_the_wait_are_delivered_in_their_order_one_to_each_wait()
    {
        static async Task<int[]> Three(WorkflowContext context)
        {
            await context.CallActivityAsync("A");
            var first = await context.WaitForExternalEventAsync<int>("e");
            return [first, await context.WaitForExternalEventAsync<int>("e"), await context.WaitForExternalEventAsync<int>("e")];
        }

        Turn.Next(Three, [Scheduled(0, "A"), Raised("e", "1"), Raised("E", "2")], Completed(0), Raised("e", "3")).Completion.Result.ShouldBe("[1,2,3]");
    }

    [Fact]
    public void The_oldest_wait_is_served_first_and_one_that_was_cancelled_is_passed_over()
    {
        static async Task<int[]> Waits(WorkflowContext context)
        {
            using var cancellation = new CancellationTokenSource();
            var cancelled = context.WaitForExternalEventAsync<int>("e", cancellation.Token);
            var first = context.WaitForExternalEventAsync<int>("e");
            var second = context.WaitForExternalEventAsync<int>("e");
#pragma warning disable CA1849, MA0042 // CancelAsync ends the waits on another thread, which workflow code must not do.
            cancellation.Cancel();
#pragma warning restore CA1849, MA0042
            cancelled.IsCanceled.ShouldBeTrue();
            return await Task.WhenAll(first, second);
        }

        Turn.First(Waits, Raised("e", "1"), Raised("e", "2")).Completion.Result.ShouldBe("[1,2]");
    }

    [Fact]
    public void No_value_is_the_default() =>
        Turn.First(context => context.WaitForExternalEventAsync<int>("e"), Raised("e", null)).Completion.Result.ShouldBe("0");

    [Fact]
    public void A_wait_with_a_limit_asks_for_its_timer_even_when_the_event_is_there()
    {
        var timer = Turn.First(Limited).Actions.ShouldHaveSingleItem();
        timer.CreateTimer.FireAt.ToDateTime().ShouldBe(InAMinute);
        timer.CreateTimer.ExternalEvent.Name.ShouldBe("e");

        static async Task<string> AfterOther(WorkflowContext context)
        {
            await context.WaitForExternalEventAsync<object>("other");
            return await Limited(context);
        }

        var both = Turn.First(AfterOther, Raised("e", "\"v\""), Raised("other")).Actions;
        both.Count.ShouldBe(2);
        both[0].CreateTimer.ShouldNotBeNull();
        both[1].CompleteWorkflow.Result.ShouldBe("\"v\"");
    }

    [Fact]
    public void When_the_event_comes_first_the_timer_that_fires_later_does_nothing() =>
        Turn.Next(Limited, [TimerCreated(0, InAMinute, "e")], Raised("e", "\"v\""), TimerFired(0, InAMinute)).Completion.Result.ShouldBe("\"v\"");

    [Fact]
    public void When_the_timer_fires_first_the_wait_is_cancelled_and_the_event_stays_for_the_next()
    {
        static async Task<string> Twice(WorkflowContext context)
        {
            var first = await Limited(context);
            return first + "," + await context.WaitForExternalEventAsync<string>("e");
        }

        Turn.Next(Twice, [TimerCreated(0, InAMinute, "e")], TimerFired(0, InAMinute), Raised("e", "\"late\"")).Completion.Result
            .ShouldBe("\"timeout,late\"");
    }

    [Fact]
    public void A_wait_of_no_time_ends_at_once_without_a_timer() =>
        Turn.First(context => Wait(context, TimeSpan.Zero)).Completion.Result.ShouldBe("\"timeout\"");

    [Fact]
    public void A_wait_without_limit_has_a_timer_that_never_fires()
    {
        var timer = Turn.First(context => Wait(context, Timeout.InfiniteTimeSpan)).Actions.ShouldHaveSingleItem().CreateTimer;
        (timer.FireAt.Seconds, timer.FireAt.Nanos).ShouldBe((253402300799, 999999999));
    }

    [Fact]
    public void A_history_from_before_that_timer_is_still_accepted()
    {
        static async Task<string> ThenActivity(WorkflowContext context) =>
            await Wait(context, Timeout.InfiniteTimeSpan) + await context.CallActivityAsync<string>("A");

        var old = Turn.Next(ThenActivity, [Raised("e", "\"v\""), Scheduled(0, "A")], Completed(0, "\"a\""));
        old.Completion.Result.ShouldBe("\"va\"");

        var never = TimerCreated(0, DateTime.MaxValue.ToUniversalTime(), "e");
        var today = Turn.Next(ThenActivity, [never, Raised("e", "\"v\""), Scheduled(1, "A")], Completed(1, "\"a\""));
        today.Completion.Result.ShouldBe("\"va\"");
    }

    [Fact]
    public void Sending_an_event_is_an_action()
    {
        static Task<int> Send(WorkflowContext context)
        {
            context.SendEvent("other", "e", new { A = 1 });
            return context.CallActivityAsync<int>("A");
        }

        var actions = Turn.First(Send).Actions;
        (actions[0].SendEvent.Instance.InstanceId, actions[0].SendEvent.Name, actions[0].SendEvent.Data).ShouldBe(("other", "e", "{\"a\":1}"));
        actions[1].Id.ShouldBe(1);
        Turn.Next(Send, [Sent(0, "other", "e"), Scheduled(1, "A")], Completed(1, "5")).Completion.Result.ShouldBe("5");
    }

    private static Task<string> Limited(WorkflowContext context) => Wait(context, TimeSpan.FromMinutes(1));

    private static async Task<string> Wait(WorkflowContext context, TimeSpan limit)
    {
        try
        {
            return await context.WaitForExternalEventAsync<string>("e", limit);
        }
        catch (TaskCanceledException)
        {
            return "timeout";
        }
    }
}
