using Dapr.Workflow;
using Serverless.WorkflowSdk.Tests.Support;

namespace Serverless.WorkflowSdk.Tests.Histories;

public sealed class SavedHistoryTests
{
    [Fact]
    public void A_saved_order_still_replays_to_its_end() =>
        SavedHistory.Replay(Finished(), Order).Completion.Result.ShouldBe("\"shipped parcel-7\"");

    [Fact]
    public void A_saved_order_that_waits_still_waits()
    {
        var replay = SavedHistory.Replay(Waiting(), Order);
        replay.Divergence.ShouldBeNull();
        replay.Actions.ShouldBeEmpty();
    }

    [Fact]
    public void A_broken_change_is_caught_on_the_histories_of_running_and_of_finished_orders()
    {
        // Paying was renamed: instances that have paid already cannot go on with this code.
        foreach (var history in new[] { Waiting(), Finished() })
        {
            var divergence = SavedHistory.Replay(history, context => Order(context, "PayTwice")).ShouldStall();
            (divergence.Expected, divergence.Actual).ShouldBe(("activity 'Pay'", "activity 'PayTwice'"));
            history[divergence.Position].TaskScheduled.Name.ShouldBe("Pay");
        }
    }

    private static Task<object?> Order(WorkflowContext context) => Order(context, "Pay");

    private static async Task<object?> Order(WorkflowContext context, string pay)
    {
        await Task.WhenAll(Enumerable.Range(0, 3).Select(item => context.CallActivityAsync<bool>("Reserve", item)));
        await context.CallActivityAsync(pay, 42, new WorkflowTaskOptions(new WorkflowRetryPolicy(3, TimeSpan.FromSeconds(5))));
        context.SetCustomStatus("paid");
        var address = await context.WaitForExternalEventAsync<string>("address", TimeSpan.FromDays(7));
        var parcel = await context.CallChildWorkflowAsync<string>("Ship", address, new ChildWorkflowTaskOptions("ship-1"));
        context.SendEvent("stock", "shipped", parcel);
        return "shipped " + parcel;
    }

    private static IReadOnlyList<Dapr.Protocol.HistoryEvent> Waiting() => SavedHistory.Read("order-waiting", Paid);

    private static IReadOnlyList<Dapr.Protocol.HistoryEvent> Finished() => SavedHistory.Read("order-finished", () =>
    {
        var run = Paid();
        run.Raise(Events.Raised("Address", "\"here\""));
        run.CompleteChild(6 + 1, "\"parcel-7\"");
        return run;
    });

    // Reserve 0..2, a payment that works at the second attempt (3, its timer 4, 5), the timer of the wait (6).
    private static Simulator Paid()
    {
        var run = new Simulator(Order);
        run.Complete(1, "true");
        run.Complete(0, "true");
        run.Complete(2, "true");
        run.Fail(3, "card refused");
        run.Fire(4);
        run.Complete(5, "");
        return run;
    }
}
