using Dapr.Protocol;
using Serverless.Sidecar.Tests.Workflows.Harness;

namespace Serverless.Sidecar.Tests.Workflows;

public sealed class ChildTests
{
    private static WorkerScript Script() => new WorkerScript()
        .Workflow("Parent", turn => Finish(turn, turn.Child(0, "Child", $"{turn.Request.InstanceId}-child", turn.Input)))
        .Workflow("ParentOfOther", turn => Finish(turn, turn.Child(0, "Child", $"{turn.Request.InstanceId}-child", turn.Input, app: "other")))
        .Workflow("ParentOfNobody", turn => Finish(turn, turn.Child(0, "Child", "nobody", app: "missing")))
        .Workflow("ParentOfTaken", turn => Finish(turn, turn.Child(0, "Child", "taken")))
        .Workflow("Caller", turn => Finish(turn, turn.Call(0, "Echo", "x", app: turn.Input)))
        .Workflow("Child", turn =>
        {
            if (turn.Input == "fail")
            {
                turn.Fail("no luck");
            }
            else if (turn.Input != "wait")
            {
                turn.Complete($"child of {turn.Started.ParentInstance?.WorkflowInstance.InstanceId}: {turn.Input}");
            }
        })
        .Activity("Echo", input => $"app: {input}");

    private static void Finish(Turn turn, HistoryEvent? result)
    {
        if (result is null)
        {
            return;
        }

        var failure = result.ChildWorkflowInstanceFailed?.FailureDetails ?? result.TaskFailed?.FailureDetails;
        turn.Complete(failure is null ? result.ChildWorkflowInstanceCompleted?.Result ?? result.TaskCompleted.Result : $"{failure.ErrorType}: {failure.ErrorMessage}");
    }

    [Fact]
    public async Task A_child_is_started_with_its_parent_and_its_result_comes_back()
    {
        await using var host = await WorkflowHost.StartAsync();
        await using var worker = await host.ConnectAsync(Script());
        await host.ScheduleAsync("Parent", "p", "7");

        (await host.EndAsync("p")).Output.ShouldBe("child of p: 7");
        var child = await host.StateAsync("p-child");
        child.ParentInstanceId.ShouldBe("p");
        child.ParentAppId.ShouldBe("app");
        child.ExecutionId.ShouldNotBe((await host.StateAsync("p")).ExecutionId);
    }

    [Fact]
    public async Task A_failed_child_and_a_terminated_one_are_failures_for_the_parent()
    {
        await using var host = await WorkflowHost.StartAsync(inMemory: true);
        await using var worker = await host.ConnectAsync(Script());
        await host.ScheduleAsync("Parent", "failing", "fail");
        await host.ScheduleAsync("Parent", "waiting", "wait");

        (await host.EndAsync("failing")).Output.ShouldBe("Broken: no luck");
        await host.UntilAsync("waiting-child", OrchestrationStatus.Running);
        await host.Client.TerminateInstanceAsync(new TerminateRequest { InstanceId = "waiting-child" });
        (await host.EndAsync("waiting")).Output.ShouldStartWith("WorkflowTerminated");
    }

    [Fact]
    public async Task A_child_whose_id_is_in_use_fails_and_the_instance_that_has_it_runs_on()
    {
        await using var host = await WorkflowHost.StartAsync(inMemory: true);
        await using var worker = await host.ConnectAsync(Script());
        await host.ScheduleAsync("Child", "taken", "wait");

        await host.ScheduleAsync("ParentOfTaken", "p");

        (await host.EndAsync("p")).Output.ShouldNotBeNull().ShouldContain("an active workflow with ID 'taken' already exists");
        (await host.StateAsync("taken")).CompletedTimestamp.ShouldBeNull();
    }

    [Fact]
    public async Task Children_and_activities_of_another_app_run_there()
    {
        await using var host = await WorkflowHost.StartAsync();
        await using var worker = await host.ConnectAsync(Script());
        await using var other = await host.ConnectAsync(
            new WorkerScript().Workflow("Child", turn => turn.Complete($"other: {turn.Input}")).Activity("Echo", _ => "other"), "other");

        await host.ScheduleAsync("ParentOfOther", "p", "7");
        await host.ScheduleAsync("Caller", "own", "app");
        await host.ScheduleAsync("Caller", "foreign", "other");

        (await host.EndAsync("p")).Output.ShouldBe("other: 7");
        (await host.EndAsync("own")).Output.ShouldBe("app: x");
        (await host.EndAsync("foreign")).Output.ShouldBe("other");
        (await host.StateAsync("p-child", host.ClientOf("other"))).WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
        (await host.StateAsync("p-child")).ShouldBeNull("Ids are an app's own.");
    }

    [Fact]
    public async Task An_app_that_nobody_serves_is_a_clear_failure()
    {
        await using var host = await WorkflowHost.StartAsync(inMemory: true);
        await using var worker = await host.ConnectAsync(Script());
        await host.ScheduleAsync("ParentOfNobody", "p");
        await host.ScheduleAsync("Caller", "c", "missing");

        (await host.EndAsync("p")).Output.ShouldBe("AppNotFound: No app 'missing' is served by this sidecar: it serves app, other.");
        (await host.EndAsync("c")).Output.ShouldNotBeNull().ShouldStartWith("AppNotFound");
    }

    [Fact]
    public async Task The_result_of_a_child_whose_parent_is_gone_is_dropped()
    {
        await using var host = await WorkflowHost.StartAsync();
        await using var worker = await host.ConnectAsync(Script().Workflow("Child", turn =>
        {
            if (turn.Raised("go").Count > 0)
            {
                turn.Complete("late");
            }
        }));
        await host.ScheduleAsync("Parent", "p");
        await host.UntilAsync("p-child", OrchestrationStatus.Running);
        await host.Client.TerminateInstanceAsync(new TerminateRequest { InstanceId = "p" });
        await host.Client.PurgeInstancesAsync(new PurgeInstancesRequest { InstanceId = "p" });

        await host.Client.RaiseEventAsync(new RaiseEventRequest { InstanceId = "p-child", Name = "go" });

        (await host.EndAsync("p-child")).Output.ShouldBe("late");
        (await host.StateAsync("p")).ShouldBeNull();
    }

    [Fact]
    public async Task Terminating_takes_the_children_with_it_also_when_the_sidecar_went_down_in_between()
    {
        await using var host = await WorkflowHost.StartAsync(options: options => WorkflowHost.Options(
            options.StateFile,
            onPoint: point => _ = point == "sidecar.workflow.cascade-before-child" ? throw new InvalidOperationException("stopped here") : 0));
        await using (await host.ConnectAsync(Script().Workflow("Child", turn => turn.Child(0, "Grandchild", "grandchild")).Workflow("Grandchild", _ => { })))
        {
            await host.ScheduleAsync("Parent", "p");
            await host.UntilAsync("grandchild", OrchestrationStatus.Running);
            await host.Client.TerminateInstanceAsync(new TerminateRequest { InstanceId = "p", Recursive = true });
            (await host.EndAsync("p")).WorkflowStatus.ShouldBe(OrchestrationStatus.Terminated);
        }

        await host.StopAsync();
        await host.StartAsync();

        (await host.EndAsync("p-child")).WorkflowStatus.ShouldBe(OrchestrationStatus.Terminated);
        (await host.EndAsync("grandchild")).WorkflowStatus.ShouldBe(OrchestrationStatus.Terminated);
    }
}
