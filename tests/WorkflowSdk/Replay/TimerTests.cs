using Dapr.Workflow;
using Serverless.WorkflowSdk.Tests.Support;
using static Serverless.WorkflowSdk.Tests.Support.Events;

namespace Serverless.WorkflowSdk.Tests.Replay;

public sealed class TimerTests
{
    private static readonly DateTime Due = Start.AddSeconds(30);

    [Fact]
    public void A_timer_is_one_action_however_long_it_is()
    {
        var action = Turn.First(context => Sleep(context, TimeSpan.FromDays(400))).Actions.ShouldHaveSingleItem().CreateTimer;
        action.FireAt.ToDateTime().ShouldBe(Start.AddDays(400));
        action.OriginCase.ShouldBe(Dapr.Protocol.CreateTimerAction.OriginOneofCase.CreateTimer);
    }

    [Fact]
    public void The_code_goes_on_only_when_the_timer_has_fired()
    {
        Turn.Next(Half, [TimerCreated(0, Due)]).Actions.ShouldBeEmpty();
        Turn.Next(Half, [TimerCreated(0, Due)], TimerFired(0, Due)).Completion.Status().ShouldBe("Completed");
    }

    [Fact]
    public void A_timer_that_fires_early_still_moves_the_clock_to_when_it_was_due()
    {
        static async Task<bool> Deadline(WorkflowContext context)
        {
            var deadline = context.CurrentUtcDateTime.AddSeconds(30);
            while (context.CurrentUtcDateTime < deadline)
            {
                await context.CreateTimer(deadline, CancellationToken.None);
            }

            return true;
        }

        Turn.Run(Deadline, [TurnStarted(), Started(), TimerCreated(0, Due)], [TurnStarted(29.2), TimerFired(0, Due.AddSeconds(-0.8))])
            .Completion.Result.ShouldBe("true");
    }

    [Fact]
    public void An_event_ends_a_race_with_a_timer_at_once()
    {
        static async Task<bool> Race(WorkflowContext context)
        {
            var timer = context.CreateTimer(TimeSpan.FromSeconds(30));
            var raised = context.WaitForExternalEventAsync<object>("e");
            return await Task.WhenAny(timer, raised) == raised;
        }

        Turn.Next(Race, [TimerCreated(0, Due)], Raised("e")).Completion.Result.ShouldBe("true");
    }

    [Fact]
    public void Cancelling_ends_the_wait_only()
    {
        static async Task<string> Cancel(WorkflowContext context)
        {
            using var cancellation = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromSeconds(30), cancellation.Token);
            await context.CallActivityAsync("A");
#pragma warning disable CA1849, MA0042 // CancelAsync ends the waits on another thread, which workflow code must not do.
            cancellation.Cancel();
#pragma warning restore CA1849, MA0042
            return timer.Status.ToString();
        }

        Turn.Next(Cancel, [TimerCreated(0, Due), Scheduled(1, "A")], Completed(1), TimerFired(0, Due)).Completion.Result.ShouldBe("\"Canceled\"");
    }

    [Fact]
    public void A_time_that_is_not_utc_is_refused_with_what_to_do()
    {
        static async Task<int> Local(WorkflowContext context)
        {
            await context.CreateTimer(new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Local), CancellationToken.None);
            return 0;
        }

        Turn.First(Local).Completion.FailureDetails.ErrorMessage.ShouldContain("CurrentUtcDateTime");
    }

    private static Task<int> Half(WorkflowContext context) => Sleep(context, TimeSpan.FromSeconds(30));

    private static async Task<int> Sleep(WorkflowContext context, TimeSpan time)
    {
        await context.CreateTimer(time);
        return 0;
    }
}
