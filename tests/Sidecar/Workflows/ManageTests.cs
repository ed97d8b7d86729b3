using Dapr.Protocol;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Serverless.Sidecar.Tests.Workflows.Harness;

namespace Serverless.Sidecar.Tests.Workflows;

public sealed class ManageTests
{
    private static WorkerScript Script() => new WorkerScript()
        .Workflow("Echo", turn =>
        {
            turn.Status("\"working\"");
            if (turn.Input != "wait")
            {
                turn.Complete(turn.Input);
            }
        })
        .Workflow("Two", turn =>
        {
            if (turn.Call(0, "Add", "a")?.TaskCompleted is { } first && turn.Call(1, "Add", first.Result)?.TaskCompleted is { } second)
            {
                turn.Complete(second.Result);
            }
        })
        .Activity("Add", input => $"{input}!");

    [Fact]
    public async Task An_active_id_is_refused_and_a_finished_one_is_replaced()
    {
        await using var host = await WorkflowHost.StartAsync();
        await using var worker = await host.ConnectAsync(Script());
        await host.ScheduleAsync("Echo", "e", "wait");

        var error = await Should.ThrowAsync<RpcException>(() => host.ScheduleAsync("Echo", "e", "x"));
        error.StatusCode.ShouldBe(StatusCode.Unknown);
        error.Status.Detail.ShouldBe("an active workflow with ID 'e' already exists");

        await host.Client.TerminateInstanceAsync(new TerminateRequest { InstanceId = "e", Output = "enough" });
        var terminated = await host.EndAsync("e");
        terminated.WorkflowStatus.ShouldBe(OrchestrationStatus.Terminated);
        terminated.Output.ShouldBe("enough");
        await host.ScheduleAsync("Echo", "e", "again");
        (await host.EndAsync("e")).Output.ShouldBe("again");
        (await host.Client.GetInstanceHistoryAsync(new GetInstanceHistoryRequest { InstanceId = "e" })).Events.ShouldNotContain(known => known.ExecutionTerminated != null);
    }

    [Fact]
    public async Task Terminating_needs_no_worker_and_twice_is_as_once()
    {
        await using var host = await WorkflowHost.StartAsync(inMemory: true);
        await host.ScheduleAsync("Echo", "e", "wait");

        await host.Client.TerminateInstanceAsync(new TerminateRequest { InstanceId = "e", Recursive = true });
        await host.Client.TerminateInstanceAsync(new TerminateRequest { InstanceId = "e", Recursive = true });

        (await host.EndAsync("e")).WorkflowStatus.ShouldBe(OrchestrationStatus.Terminated);
    }

    [Fact]
    public async Task The_custom_status_is_that_of_the_last_turn_and_payloads_come_only_when_asked_for()
    {
        await using var host = await WorkflowHost.StartAsync();
        await using var worker = await host.ConnectAsync(Script());
        await host.ScheduleAsync("Echo", "e", "x");
        var state = await host.EndAsync("e");
        state.CustomStatus.ShouldBe("\"working\"");

        var bare = (await host.Client.GetInstanceAsync(new GetInstanceRequest { InstanceId = "e" })).WorkflowState;
        bare.WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
        (bare.Input, bare.Output, bare.CustomStatus).ShouldBe((null, null, null));
        bare.CreatedTimestamp.ToDateTime().ShouldBeLessThanOrEqualTo(bare.CompletedTimestamp.ToDateTime());
    }

    [Fact]
    public async Task Purging_takes_what_ended_refuses_what_runs_and_takes_that_too_with_force()
    {
        await using var host = await WorkflowHost.StartAsync();
        await using var worker = await host.ConnectAsync(Script());
        await host.ScheduleAsync("Echo", "done", "x");
        await host.ScheduleAsync("Echo", "running", "wait");
        await host.EndAsync("done");
        await host.Client.SuspendInstanceAsync(new SuspendRequest { InstanceId = "running" });

        (await host.Client.PurgeInstancesAsync(new PurgeInstancesRequest { InstanceId = "done", Recursive = true })).DeletedInstanceCount.ShouldBe(1);
        (await Should.ThrowAsync<RpcException>(async () => await host.Client.PurgeInstancesAsync(new PurgeInstancesRequest { InstanceId = "running" })))
            .Status.Detail.ShouldContain("SUSPENDED");
        await host.Client.PurgeInstancesAsync(new PurgeInstancesRequest { InstanceId = "running", Force = true });

        (await host.Client.ListInstanceIDsAsync(new ListInstanceIDsRequest())).InstanceIds.ShouldBeEmpty();
    }

    [Fact]
    public async Task Purging_by_filter_takes_those_of_its_time_and_status()
    {
        await using var host = await WorkflowHost.StartAsync();
        await using var worker = await host.ConnectAsync(Script());
        for (var i = 0; i < 5; i++)
        {
            await host.ScheduleAsync("Echo", $"e{i}", i < 3 ? "x" : "wait");
        }

        await host.EndAsync("e2");
        await host.EndAsync("e1");
        await host.EndAsync("e0");
        var filter = new PurgeInstanceFilter { CreatedTimeFrom = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch), RuntimeStatus = { OrchestrationStatus.Completed } };
        (await host.Client.PurgeInstancesAsync(new PurgeInstancesRequest { PurgeInstanceFilter = filter })).DeletedInstanceCount.ShouldBe(3);

        (await host.Client.ListInstanceIDsAsync(new ListInstanceIDsRequest())).InstanceIds.ShouldBe(["e3", "e4"]);
    }

    [Fact]
    public async Task Ids_are_listed_in_pages_and_an_app_sees_its_own()
    {
        await using var host = await WorkflowHost.StartAsync(inMemory: true);
        for (var i = 0; i < 7; i++)
        {
            await host.ScheduleAsync("Echo", $"e{i}", "wait");
        }

        var seen = new List<string>();
        var token = "";
        do
        {
            var page = await host.Client.ListInstanceIDsAsync(new ListInstanceIDsRequest { PageSize = 3, ContinuationToken = token });
            page.InstanceIds.Count.ShouldBeLessThanOrEqualTo(3);
            seen.AddRange(page.InstanceIds);
            token = page.ContinuationToken;
        }
        while (token.Length > 0);

        seen.ShouldBe(Enumerable.Range(0, 7).Select(i => $"e{i}"));
        (await host.ClientOf("other").ListInstanceIDsAsync(new ListInstanceIDsRequest())).InstanceIds.ShouldBeEmpty();
    }

    [Fact]
    public async Task Running_again_from_a_child_starts_it_under_another_id_and_what_ran_beside_it_keeps_its_result()
    {
        await using var host = await WorkflowHost.StartAsync();
        await using var worker = await host.ConnectAsync(Script().Workflow("Both", turn =>
        {
            var (activity, child) = (turn.Call(0, "Add", "a"), turn.Child(1, "Echo", "child", "c"));
            if (activity?.TaskCompleted is { } added && child?.ChildWorkflowInstanceCompleted is { } echoed)
            {
                turn.Complete($"{added.Result} {echoed.Result}");
            }
        }));
        await host.ScheduleAsync("Both", "b");
        (await host.EndAsync("b")).Output.ShouldBe("a! c");

        await host.Client.RerunWorkflowFromEventAsync(new RerunWorkflowFromEventRequest
        {
            SourceInstanceID = "b",
            EventID = 1,
            NewInstanceID = "b2",
            NewChildWorkflowInstanceID = "child2",
            Input = "d",
            OverwriteInput = true,
        });

        (await host.EndAsync("b2")).Output.ShouldBe("a! d");
        (await host.EndAsync("child2")).ParentInstanceId.ShouldBe("b2");
        (await host.EndAsync("child")).Output.ShouldBe("c");
        worker.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Running_again_from_an_event_keeps_what_came_before_it()
    {
        await using var host = await WorkflowHost.StartAsync();
        await using var worker = await host.ConnectAsync(Script());
        await host.ScheduleAsync("Two", "t");
        (await host.EndAsync("t")).Output.ShouldBe("a!!");

        var again = await host.Client.RerunWorkflowFromEventAsync(
            new RerunWorkflowFromEventRequest { SourceInstanceID = "t", EventID = 1, NewInstanceID = "t2", Input = "b", OverwriteInput = true });
        again.NewInstanceID.ShouldBe("t2");
        (await host.EndAsync("t2")).Output.ShouldBe("b!");
        await host.StopAsync();
        await host.StartAsync();
        var history = (await host.Client.GetInstanceHistoryAsync(new GetInstanceHistoryRequest { InstanceId = "t2" })).Events;
        history.Count(known => known.TaskScheduled is not null).ShouldBe(2);
        history.Single(known => known.TaskScheduled is not null && known.EventId == 1).TaskScheduled.RerunParentInstanceInfo.InstanceID.ShouldBe("t");

        (await Should.ThrowAsync<RpcException>(async () => await host.Client.RerunWorkflowFromEventAsync(
            new RerunWorkflowFromEventRequest { SourceInstanceID = "t", EventID = 9 }))).Status.Detail.ShouldContain("event id 9");
    }
}
