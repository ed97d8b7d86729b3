using Dapr.Workflow;
using Serverless.WorkflowSdk.Tests.Support;
using static Serverless.WorkflowSdk.Tests.Support.Events;

namespace Serverless.WorkflowSdk.Tests.Replay;

public sealed class ForeignAwaitTests
{
    private static readonly Task Never = new TaskCompletionSource().Task;

    [Fact]
    public void Waiting_for_nothing_durable_fails_the_workflow_at_once_and_says_what_to_do()
    {
        var failure = Turn.First(async context =>
        {
            await context.CallActivityAsync("A");
            await Never;
            return 0;
        }, Completed(0)).Completion.FailureDetails;
        failure.ErrorType.ShouldBe("Dapr.Workflow.Replay.ForeignAwaitException");
        failure.ErrorMessage.ShouldContain("Workflow 'W' (instance 'i1')");
        failure.ErrorMessage.ShouldContain("after activity 'A' (id 0)");
        failure.ErrorMessage.ShouldContain("CreateTimer in the place of Task.Delay");
    }

    [Fact]
    public void It_is_seen_while_an_activity_runs_that_nobody_waits_for() =>
        Turn.First(async context =>
        {
            var activity = context.CallActivityAsync<int>("A");
            await Never;
            return await activity;
        }).ForeignAwait.ShouldNotBeNull();

    [Fact]
    public void It_is_seen_after_a_race_that_an_event_has_won_against_a_timer() =>
        Turn.First(async context =>
        {
            await Task.WhenAny(context.CreateTimer(TimeSpan.FromHours(1)), context.WaitForExternalEventAsync<int>("e"));
            await Never;
            return 0;
        }, Raised("e")).ForeignAwait.ShouldNotBeNull();

    [Fact]
    public void It_is_seen_in_a_replay_too() =>
        Turn.Next(
            async context =>
            {
                await context.CallActivityAsync("A");
                await Never;
                return 0;
            },
            [Scheduled(0, "A"), Completed(0)],
            Raised("e")).ForeignAwait.ShouldNotBeNull();

    [Fact]
    public void Code_that_has_gone_on_to_another_thread_can_do_nothing()
    {
        Exception? seen = null;
        using var arrived = new ManualResetEventSlim();
        using var moved = new ManualResetEventSlim();
        var result = Turn.First(async context =>
        {
            // The code is on a thread of the pool when the turn looks at it.
            var elsewhere = Task.Run(() => arrived.Wait());
            var both = Task.WhenAll(elsewhere, context.CallActivityAsync("A"));
            await Task.WhenAny(elsewhere, both);
            try
            {
                await context.CallActivityAsync("B");
            }
            catch (InvalidOperationException failure)
            {
                seen = failure;
            }
            finally
            {
                moved.Set();
            }

            return 0;
        });
        result.Actions.ShouldHaveSingleItem().ScheduleTask.Name.ShouldBe("A");
        arrived.Set();
        moved.Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue("the code did not go on");
        seen.ShouldNotBeNull().Message.ShouldContain("outside of the workflow's thread");
    }

    [Fact]
    public void Combinations_and_helpers_of_context_tasks_are_fine_with_and_without_ConfigureAwait()
    {
        static async Task<int> Code(WorkflowContext context)
        {
            var lanes = await context.ProcessInParallelAsync(Enumerable.Range(0, 4), number => Helper(context, number), maxConcurrency: 2);
            var winner = await Task.WhenAny(Helper(context, 4), Helper(context, 5)).ConfigureAwait(false);
            var value = await Task.WhenAll(Enumerable.Range(6, 3).Select(number => Helper(context, number))).ConfigureAwait(false);
            await foreach (var item in Stream(context).ConfigureAwait(false))
            {
                lanes[0] += item;
            }

            return lanes.Sum() + await winner + value.Sum();
        }

        static async Task<int> Helper(WorkflowContext context, int number)
        {
            await Task.CompletedTask;
            return await Inner(context, number).ConfigureAwait(false);
        }

        static async ValueTask<int> Inner(WorkflowContext context, int number)
        {
            await context.CreateTimer(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
            return await context.CallActivityAsync<int>("A", number);
        }

        static async IAsyncEnumerable<int> Stream(WorkflowContext context)
        {
            yield return await Inner(context, 9);
            yield return await Inner(context, 10);
        }

        var run = new Simulator(async context => await Code(context));
        for (var step = 0; run.Outcome is null; step++)
        {
            step.ShouldBeLessThan(100, "the workflow does not come to its end");
            if (run.OpenTimers.Count > 0)
            {
                run.Fire(run.OpenTimers[^1].Id);
            }
            else
            {
                var activity = run.OpenActivities[^1];
                run.Complete(activity.Id, activity.ScheduleTask.Input);
            }
        }

        run.Outcome.Status().ShouldBe("Completed", run.Outcome.FailureDetails?.ErrorMessage);
    }

    [Fact]
    public void Code_that_has_continued_as_new_may_wait_for_anything() =>
        Turn.First(async context =>
        {
            context.ContinueAsNew(1);
            await Never;
            return 0;
        }).Completion.Status().ShouldBe("ContinuedAsNew");
}
