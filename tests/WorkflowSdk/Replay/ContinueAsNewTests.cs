using Dapr.Protocol;
using Dapr.Workflow;
using Serverless.WorkflowSdk.Tests.Support;
using static Serverless.WorkflowSdk.Tests.Support.Events;

namespace Serverless.WorkflowSdk.Tests.Replay;

public sealed class ContinueAsNewTests
{
    [Fact]
    public void Events_that_nobody_has_waited_for_go_along_also_those_that_come_later_in_the_turn()
    {
        var action = Turn.First(OneSignal, Raised("s", "1"), Raised("other", "x"), Raised("s", "2")).Completion;
        action.Status().ShouldBe("ContinuedAsNew");
        action.Result.ShouldBe("\"next\"");
        action.CarryoverEvents.Select(entry => (entry.EventRaised.Name, entry.EventRaised.Input)).ShouldBe([("other", "x"), ("s", "2")]);
    }

    [Fact]
    public void They_are_dropped_when_the_code_says_so()
    {
        static Task<int> Drop(WorkflowContext context)
        {
            context.ContinueAsNew(preserveUnprocessedEvents: false);
            return Task.FromResult(0);
        }

        Turn.First(Drop, Raised("s", "1")).Completion.CarryoverEvents.ShouldBeEmpty();
    }

    [Fact]
    public void Two_hundred_and_fifty_signals_at_once_are_each_received_exactly_once()
    {
        var received = new List<int>();
        var run = new Simulator(async context =>
        {
            var signal = await context.WaitForExternalEventAsync<int>("s");
            if (!context.IsReplaying && !received.Contains(signal))
            {
                received.Add(signal);
            }

            context.ContinueAsNew();
            return null;
        });
        run.Raise(Enumerable.Range(0, 250).Select(number => Raised("s", number.ToString())).ToArray());
        received.ShouldBe(Enumerable.Range(0, 250));
        run.Turns.ShouldBe(252);
    }

    [Fact]
    public void A_loop_of_generations_ends_with_its_last_result()
    {
        Simulator? run = null;
        run = new Simulator(
            async context =>
            {
                var input = int.Parse(run?.History.LastOrDefault(entry => entry.ExecutionStarted is not null)?.ExecutionStarted.Input ?? "0");
                await context.CallActivityAsync("A");
                if (input < 5)
                {
                    context.ContinueAsNew(input + 1);
                }

                return input;
            },
            "0");
        for (var generation = 0; generation <= 5; generation++)
        {
            run.Complete(0, "");
        }

        run.Outcome.ShouldNotBeNull().WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
        run.Outcome.Result.ShouldBe("5");
    }

    [Fact]
    public void The_result_of_the_method_is_not_used_and_its_id_is_the_next()
    {
        static async Task<string> Code(WorkflowContext context)
        {
            await context.CallActivityAsync("A");
            context.ContinueAsNew("in");
            return "out";
        }

        var action = Turn.Next(Code, [Scheduled(0, "A")], Completed(0)).Actions.ShouldHaveSingleItem();
        (action.Id, action.CompleteWorkflow.Result).ShouldBe((1, "\"in\""));
    }

    private static async Task<int> OneSignal(WorkflowContext context)
    {
        var signal = await context.WaitForExternalEventAsync<int>("s");
        context.ContinueAsNew("next");
        return signal;
    }
}
