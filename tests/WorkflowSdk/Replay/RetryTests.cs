using Dapr.Protocol;
using Dapr.Workflow;
using Serverless.WorkflowSdk.Tests.Support;
using static Serverless.WorkflowSdk.Tests.Support.Events;

namespace Serverless.WorkflowSdk.Tests.Replay;

public sealed class RetryTests
{
    [Fact]
    public void After_a_failure_one_timer_waits_for_the_next_attempt()
    {
        var policy = new WorkflowRetryPolicy(3, TimeSpan.FromSeconds(1));
        var firstId = Turn.First(Code(policy)).Actions.ShouldHaveSingleItem().ScheduleTask.TaskExecutionId;
        var timer = Turn.Next(Code(policy), [Scheduled(0, "A", firstId)], Failed(0, "boom")).Actions.ShouldHaveSingleItem();
        timer.Id.ShouldBe(1);
        timer.CreateTimer.FireAt.ToDateTime().ShouldBe(Start.AddSeconds(11));
        timer.CreateTimer.ActivityRetry.TaskExecutionId.ShouldBe(firstId);
    }

    [Fact]
    public void Delays_grow_attempts_and_timers_alternate_and_the_last_failure_is_the_one_that_counts()
    {
        var run = new Simulator(Code(new WorkflowRetryPolicy(4, TimeSpan.FromSeconds(0.3), backoffCoefficient: 2)));
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            run.OpenActivities.ShouldHaveSingleItem().Id.ShouldBe(2 * (attempt - 1));
            run.Fail(2 * (attempt - 1), $"boom {attempt}");
            if (attempt < 4)
            {
                var timer = run.OpenTimers.ShouldHaveSingleItem();
                timer.Id.ShouldBe((2 * attempt) - 1);
                (timer.CreateTimer.FireAt.ToDateTime() - run.Now).TotalSeconds.ShouldBe(0.3 * Math.Pow(2, attempt - 1), 1e-6);
                run.Fire(timer.Id);
            }
        }

        run.Outcome.ShouldNotBeNull().FailureDetails.ErrorMessage.ShouldBe("Task failed: boom 4");
        run.Outcome.FailureDetails.ErrorType.ShouldBe("Dapr.Workflow.WorkflowTaskFailedException");
        run.AllActions.Where(action => action.ScheduleTask is not null).Select(action => action.ScheduleTask.TaskExecutionId).Distinct().Count().ShouldBe(4);
        run.AllActions.Where(action => action.CreateTimer is not null).Select(action => action.CreateTimer.ActivityRetry.TaskExecutionId)
            .Distinct().ShouldHaveSingleItem().ShouldBe(run.AllActions[0].ScheduleTask.TaskExecutionId);
    }

    [Fact]
    public void The_longest_interval_holds_and_without_one_there_is_none()
    {
        SecondDelay(new WorkflowRetryPolicy(9, TimeSpan.FromMinutes(30), 10, maxRetryInterval: TimeSpan.FromHours(1))).ShouldBe(TimeSpan.FromHours(1));
        SecondDelay(new WorkflowRetryPolicy(9, TimeSpan.FromMinutes(30), 10)).ShouldBe(TimeSpan.FromHours(5));
    }

    [Fact]
    public void No_attempt_is_made_when_the_time_is_over()
    {
        var policy = new WorkflowRetryPolicy(9, TimeSpan.FromSeconds(1), retryTimeout: TimeSpan.FromSeconds(10));
        Turn.Next(Code(policy), [Scheduled(0, "A")], Failed(0, "boom")).Completion.Status().ShouldBe("Failed");
    }

    [Fact]
    public void An_interval_that_no_time_can_express_ends_the_attempts()
    {
        var run = new Simulator(Code(new WorkflowRetryPolicy(9, TimeSpan.FromHours(1), 1e12)));
        run.Fail(0, "boom");
        run.Fire(1);
        run.Fail(2, "boom");
        run.Outcome.ShouldNotBeNull().WorkflowStatus.ShouldBe(OrchestrationStatus.Failed);
    }

    [Fact]
    public void A_failure_that_says_it_is_final_is_tried_again_all_the_same()
    {
        var policy = new WorkflowRetryPolicy(3, TimeSpan.FromSeconds(1));
        Turn.Next(Code(policy), [Scheduled(0, "A")], Failed(0, "boom", isNonRetriable: true)).Actions.ShouldHaveSingleItem().CreateTimer.ShouldNotBeNull();
    }

    [Fact]
    public void A_result_that_cannot_be_read_is_not_tried_again()
    {
        static Task<int> Read(WorkflowContext context) =>
            context.CallActivityAsync<int>("A", null, new WorkflowTaskOptions(new WorkflowRetryPolicy(3, TimeSpan.FromSeconds(1))));
        Turn.Next(Read, [Scheduled(0, "A")], Completed(0, "{")).Completion.FailureDetails.ErrorType.ShouldBe("System.Text.Json.JsonException");
    }

    [Fact]
    public void A_child_with_an_id_keeps_it_in_every_attempt_and_others_draw_a_new_one()
    {
        var fixedId = Children(new ChildWorkflowTaskOptions("mine", new WorkflowRetryPolicy(2, TimeSpan.FromSeconds(1))));
        fixedId.Attempts.ShouldBe(["mine", "mine"]);
        fixedId.Origin.ShouldBe("mine");

        // The sequence of the official SDK: the timer's origin takes the first id, the attempts the following.
        var ids = new Dapr.Workflow.Replay.DeterministicIds(null, Simulator.InstanceId);
        var (origin, first, second) = (ids.NewGuid().ToString(), ids.NewGuid().ToString(), ids.NewGuid().ToString());
        var drawn = Children(new ChildWorkflowTaskOptions(RetryPolicy: new WorkflowRetryPolicy(2, TimeSpan.FromSeconds(1))));
        drawn.Attempts.ShouldBe([first, second]);
        drawn.Origin.ShouldBe(origin);
    }

    [Theory]
    [InlineData(0, 1, 1.0, null, null)]
    [InlineData(1, 0, 1.0, null, null)]
    [InlineData(1, 1, 0.9, null, null)]
    [InlineData(1, 1, double.NaN, null, null)]
    [InlineData(1, 10, 1.0, 9, null)]
    [InlineData(1, 3601, 1.0, null, null)]
    [InlineData(1, 10, 1.0, null, 9)]
    public void A_policy_refuses_what_makes_no_sense(int attempts, int first, double coefficient, int? longest, int? limit) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new WorkflowRetryPolicy(
            attempts, TimeSpan.FromSeconds(first), coefficient, Seconds(longest), Seconds(limit)));

    private static TimeSpan? Seconds(int? seconds) => seconds is { } value ? TimeSpan.FromSeconds(value) : null;

    private static TimeSpan SecondDelay(WorkflowRetryPolicy policy)
    {
        var run = new Simulator(Code(policy));
        run.Fail(0, "boom");
        run.Fire(1);
        run.Fail(2, "boom");
        return run.OpenTimers.ShouldHaveSingleItem().CreateTimer.FireAt.ToDateTime() - run.Now;
    }

    private static (string[] Attempts, string Origin) Children(ChildWorkflowTaskOptions options)
    {
        var run = new Simulator(async context => await context.CallChildWorkflowAsync<int>("C", 1, options));
        run.FailChild(0, "boom");
        var origin = run.OpenTimers.ShouldHaveSingleItem().CreateTimer.ChildWorkflowRetry.InstanceId;
        run.Fire(1);
        return (run.AllActions.Where(action => action.CreateChildWorkflow is not null).Select(action => action.CreateChildWorkflow.InstanceId).ToArray(), origin);
    }

    private static Func<WorkflowContext, Task<object?>> Code(WorkflowRetryPolicy policy) => async context =>
    {
        await context.CallActivityAsync("A", 1, new WorkflowTaskOptions(policy));
        return null;
    };
}
