using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.Behaviours;

/// <summary>Activities, retries and child workflows.</summary>
public sealed class TaskBehaviours(Worlds worlds)
{
    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_02_Attempts_have_ids_of_their_own_and_their_timers_name_the_first(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId();
        (await world.RunAsync<string>("Retrying", new { attempts = 4, failures = 2, firstSeconds = 0.05, coefficient = 1.0 }, id)).ShouldBe("fine at 3");
        var history = await world.HistoryAsync(id);
        var attempts = history.Where(item => item.TaskScheduled is not null).Select(item => item.TaskScheduled.TaskExecutionId).ToArray();
        attempts.Distinct().Count().ShouldBe(3);
        history.Where(item => item.TimerCreated is not null).Select(item => item.TimerCreated.ActivityRetry.TaskExecutionId).ShouldBe([attempts[0], attempts[0]]);
        (await world.App.JournalAsync($"boom:{id}", 3)).ShouldBe(attempts);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_03_A_fan_out_gives_its_results_in_the_order_of_the_calls(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        (await world.RunAsync<int[]>("Squares", Enumerable.Range(0, 50))).ShouldBe(Enumerable.Range(0, 50).Select(number => number * number));
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_04_The_winner_is_the_task_that_ended_first(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var (slow, fast) = (SdkWorld.NewId("gate"), SdkWorld.NewId("gate"));
        var id = await world.ScheduleAsync("FirstOf", new[] { slow, fast });
        await world.App.OpenAsync(fast);
        (await world.CompletionAsync(id)).OutputAs<string>().ShouldBe(fast);
        await world.App.OpenAsync(slow);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_08_Retries_wait_longer_each_time_and_end_with_the_last_failure(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = await world.ScheduleAsync("Retrying", new { attempts = 4, failures = 9, firstSeconds = 0.1, coefficient = 2.0 });
        var state = await world.CompletionAsync(id);
        state.Status.ShouldBe("Failed");
        state.ErrorType.ShouldBe("Dapr.Workflow.WorkflowTaskFailedException");
        state.ErrorMessage.ShouldBe("Task failed: boom 4");

        var history = await world.HistoryAsync(id);
        var turnOfFailure = history.Where(item => item.TaskFailed is not null).Select(failure => history.Last(turn => turn.WorkflowStarted is not null && IsBefore(history, turn, failure))).ToArray();
        var delays = history.Where(item => item.TimerCreated is not null)
            .Zip(turnOfFailure, (timer, turn) => (timer.TimerCreated.FireAt.ToDateTime() - turn.Timestamp.ToDateTime()).TotalSeconds);
        delays.Select(delay => Math.Round(delay, 3)).ShouldBe([0.1, 0.2, 0.4]);
    }

    [Theory]
    [InlineData(Sdk.Repository, 0, 1, 1, null, null)]
    [InlineData(Sdk.Official, 0, 1, 1, null, null)]
    [InlineData(Sdk.Repository, 1, 0, 1, null, null)]
    [InlineData(Sdk.Official, 1, 0, 1, null, null)]
    [InlineData(Sdk.Repository, 1, 1, 0.9, null, null)]
    [InlineData(Sdk.Official, 1, 1, 0.9, null, null)]
    [InlineData(Sdk.Repository, 1, 2, 1, 1.0, null)]
    [InlineData(Sdk.Official, 1, 2, 1, 1.0, null)]
    [InlineData(Sdk.Repository, 1, 2, 1, null, 1.0)]
    [InlineData(Sdk.Official, 1, 2, 1, null, 1.0)]
    [InlineData(Sdk.Repository, 1, 3601, 1, null, null)]
    [InlineData(Sdk.Official, 1, 3601, 1, null, null)]
    public async Task Behaviour_09_A_retry_policy_refuses_arguments_that_make_no_sense(Sdk sdk, int attempts, double first, double coefficient, double? max, double? timeout)
    {
        var world = await worlds.ScriptedAsync(sdk);
        var refusal = await Should.ThrowAsync<AppErrorException>(() => world.App.PostAsync<PolicyAnswer>("retry-policies", new { attempts, first, coefficient, max, timeout }));
        refusal.Error.Type.ShouldBe("System.ArgumentOutOfRangeException");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_09_A_retry_policy_has_no_cap_and_no_end_by_default(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        (await world.App.PostAsync<PolicyAnswer>("retry-policies", new { attempts = 3, first = 1.5 })).ShouldBe(new PolicyAnswer(3, 1.5, 1, null, null));
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_10_A_child_without_an_id_gets_a_GUID_and_one_with_an_id_keeps_it(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var (id, named) = (SdkWorld.NewId(), SdkWorld.NewId("child"));
        (await world.RunAsync<ParentReport>("Parent", new { child = "inline", input = "a" }, id)).Result.ShouldBe("inline a");
        var child = (await world.HistoryAsync(id)).Single(item => item.ChildWorkflowInstanceCreated is not null).ChildWorkflowInstanceCreated.InstanceId;
        Guid.TryParseExact(child, "D", out _).ShouldBeTrue(child);
        (await world.StateAsync(child)).Status.ShouldBe("Completed");

        (await world.RunAsync<ParentReport>("Parent", new { child = "inline", childId = named, input = "b" })).Result.ShouldBe("inline b");
        (await world.StateAsync(named)).OutputAs<string>().ShouldBe("inline b");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_10_A_child_s_failure_names_the_child_s_error(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        (await world.RunAsync<ParentReport>("Parent", new { child = "Failing" }))
            .ShouldBe(new ParentReport(null, "Child workflow 'Failing' failed", "System.InvalidOperationException", "no luck"));
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_11_A_workflow_that_no_worker_has_fails(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var state = await world.CompletionAsync(await world.ScheduleAsync("NoSuchWorkflow"));
        state.Status.ShouldBe("Failed");
        state.ErrorType.ShouldBe("WorkflowNotFound");
        (await world.RunAsync<ParentReport>("Parent", new { child = "NoSuchWorkflow" })).ErrorType.ShouldBe("WorkflowNotFound");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_11_An_activity_that_no_worker_has_fails_and_the_worker_goes_on(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var report = await world.RunAsync<ParentReport>("CallsMissingActivity");
        report.ErrorType.ShouldBe("ActivityNotFoundException");
        report.ErrorMessage.ShouldBe("Activity 'Missing' not found");
        (await world.RunAsync<string>("inline", "still here")).ShouldBe("inline still here");
    }

    private static bool IsBefore<T>(IReadOnlyList<T> history, T first, T second)
        where T : class => history.TakeWhile(item => !ReferenceEquals(item, second)).Any(item => ReferenceEquals(item, first));

    private sealed record ParentReport(string? Result, string? Message, string? ErrorType, string? ErrorMessage);

    private sealed record PolicyAnswer(int Attempts, double First, double Coefficient, double? Max, double? Timeout);
}
