using Dapr.Protocol;
using Serverless.Sidecar.Tests.Workflows.Harness;

namespace Serverless.Sidecar.Tests.Workflows;

public sealed class StallTests
{
    private static WorkerScript Patched(params string[] patches) => new WorkerScript().Workflow("Patched", turn =>
    {
        turn.Patches(patches);
        if (turn.Raised("end").Count > 0)
        {
            turn.Complete("done");
        }
    });

    [Fact]
    public async Task A_worker_without_the_version_stalls_the_workflow_and_another_one_takes_it_on()
    {
        await using var host = await WorkflowHost.StartAsync();
        var turns = 0;
        await using (await host.ConnectAsync(new WorkerScript { OnItem = _ => Interlocked.Increment(ref turns) }))
        {
            await host.ScheduleAsync("New", "n", "x");
            await host.UntilAsync("n", OrchestrationStatus.Stalled);
            var history = await host.Client.GetInstanceHistoryAsync(new GetInstanceHistoryRequest { InstanceId = "n" });
            history.Events[^1].ExecutionStalled.Reason.ShouldBe(StalledReason.VersionNotAvailable);
            turns.ShouldBe(1, "A worker that refused is not asked again.");
        }

        await using var newer = await host.ConnectAsync(new WorkerScript().Workflow("New", turn => turn.Complete(turn.Input)));

        (await host.EndAsync("n")).Output.ShouldBe("x");
    }

    [Fact]
    public async Task While_two_versions_are_connected_the_one_that_can_run_it_does()
    {
        await using var host = await WorkflowHost.StartAsync(inMemory: true);
        await using var older = await host.ConnectAsync(new WorkerScript());
        await using var newer = await host.ConnectAsync(new WorkerScript().Workflow("New", turn => turn.Complete(turn.Input)));

        for (var i = 0; i < 10; i++)
        {
            await host.ScheduleAsync("New", $"n{i}", "x");
            (await host.EndAsync($"n{i}")).Output.ShouldBe("x");
        }
    }

    [Fact]
    public async Task Patches_are_stamped_and_a_worker_that_lacks_one_stalls_the_workflow_until_it_is_back()
    {
        await using var host = await WorkflowHost.StartAsync();
        await using (await host.ConnectAsync(Patched("one", "two")))
        {
            await host.ScheduleAsync("Patched", "p");
            await host.UntilAsync("p", OrchestrationStatus.Running);
        }

        var history = await host.Client.GetInstanceHistoryAsync(new GetInstanceHistoryRequest { InstanceId = "p" });
        history.Events[0].WorkflowStarted.Version.Patches.ShouldBe(["one", "two"]);
        await host.Client.RaiseEventAsync(new RaiseEventRequest { InstanceId = "p", Name = "end" });
        await using (await host.ConnectAsync(Patched("one")))
        {
            await host.UntilAsync("p", OrchestrationStatus.Stalled);
        }

        await host.StopAsync();
        await host.StartAsync();
        (await host.StateAsync("p")).WorkflowStatus.ShouldBe(OrchestrationStatus.Stalled);
        await using var back = await host.ConnectAsync(Patched("one", "two", "three"));

        (await host.EndAsync("p")).Output.ShouldBe("done");
    }

    [Fact]
    public async Task A_payload_over_the_limit_stalls_its_workflow_only_and_a_larger_limit_sets_it_free()
    {
        var script = new WorkerScript().Workflow("Echo", turn => turn.Complete($"{turn.Input!.Length}"));
        await using var host = await WorkflowHost.StartAsync();
        await host.ScheduleAsync("Echo", "large", new string('x', 200_000));
        await host.StopAsync();
        await host.StartAsync(options => WorkflowHost.Options(options.StateFile, maxBodySize: 100_000));
        await using (await host.ConnectAsync(script))
        {
            await host.UntilAsync("large", OrchestrationStatus.Stalled);
            await host.ScheduleAsync("Echo", "small", "x");
            (await host.EndAsync("small")).Output.ShouldBe("1");
        }

        await host.StopAsync();
        await host.StartAsync();
        await using var worker = await host.ConnectAsync(script);

        (await host.EndAsync("large")).Output.ShouldBe("200000");
    }

    [Fact]
    public async Task A_result_over_the_limit_is_a_failure_of_its_activity_and_the_stream_goes_on()
    {
        var script = new WorkerScript()
            .Workflow("Calls", turn =>
            {
                if (turn.Call(0, "Large") is { } large && turn.Call(1, "Small") is { } small)
                {
                    turn.Complete($"{large.TaskFailed?.FailureDetails.ErrorType} {small.TaskCompleted?.Result}");
                }
            })
            .Activity("Large", _ => new string('x', 5_000_000))
            .Activity("Small", _ => "fine");
        await using var host = await WorkflowHost.StartAsync();
        await using var worker = await host.ConnectAsync(script);
        await host.ScheduleAsync("Calls", "c");

        (await host.EndAsync("c")).Output.ShouldBe("PayloadSizeExceeded fine");
        worker.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_long_history_is_fetched_by_the_worker_instead_of_filling_the_work_item()
    {
        var streamed = 0;
        var script = new WorkerScript { OnItem = item => streamed += item.WorkflowRequest?.RequiresHistoryStreaming is true ? 1 : 0 }
            .Workflow("Long", turn =>
            {
                for (var id = 0; id < 10; id++)
                {
                    if (turn.Call(id, "Chunk") is null)
                    {
                        return;
                    }
                }

                turn.Complete($"{turn.History.Where(known => known.TaskCompleted is not null).Sum(known => known.TaskCompleted.Result.Length)}");
            })
            .Activity("Chunk", _ => new string('x', 30_000));
        await using var host = await WorkflowHost.StartAsync(options: options => WorkflowHost.Options(options.StateFile, maxBodySize: 100_000));
        await using var worker = await host.ConnectAsync(script);
        await host.ScheduleAsync("Long", "l");

        (await host.EndAsync("l")).Output.ShouldBe("300000");
        streamed.ShouldBeGreaterThan(3);
        worker.Errors.ShouldBeEmpty();
    }
}
