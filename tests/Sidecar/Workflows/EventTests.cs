using Dapr.Protocol;
using Grpc.Core;
using Serverless.Sidecar.Tests.Workflows.Harness;

namespace Serverless.Sidecar.Tests.Workflows;

public sealed class EventTests
{
    private static WorkerScript Collector(int count) => new WorkerScript().Workflow("Collector", turn =>
    {
        var raised = turn.Raised("signal");
        if (raised.Count >= count)
        {
            turn.Complete(string.Join(',', raised));
        }
    });

    [Fact]
    public async Task Events_raised_before_the_first_turn_and_while_suspended_come_in_order_after_it_is_resumed()
    {
        await using var host = await WorkflowHost.StartAsync();
        await host.ScheduleAsync("Collector", "c");
        await RaiseAsync(host, "c", "1");
        await using var worker = await host.ConnectAsync(Collector(4));
        await host.UntilAsync("c", OrchestrationStatus.Running);

        await host.Client.SuspendInstanceAsync(new SuspendRequest { InstanceId = "c", Reason = "lunch" });
        (await host.StateAsync("c")).WorkflowStatus.ShouldBe(OrchestrationStatus.Suspended);
        await RaiseAsync(host, "c", "2");
        await RaiseAsync(host, "c", "3");
        await host.StopAsync();
        await host.StartAsync();
        await using var again = await host.ConnectAsync(Collector(4));
        await RaiseAsync(host, "c", "4");
        (await host.StateAsync("c")).WorkflowStatus.ShouldBe(OrchestrationStatus.Suspended);
        await host.Client.ResumeInstanceAsync(new ResumeRequest { InstanceId = "c" });

        (await host.EndAsync("c")).Output.ShouldBe("1,2,3,4");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_hundred_and_fifty_signals_pass_through_continue_as_new_each_once_and_in_order(bool inMemory)
    {
        const int count = 250;
        var script = new WorkerScript().Workflow("Loop", turn =>
        {
            var signals = turn.History.Where(known => known.EventRaised is not null).ToArray();
            if (signals.Length == 0)
            {
                return;
            }

            var seen = $"{turn.Input} {signals[0].EventRaised.Input}";
            if (seen.Count(letter => letter == ' ') == count)
            {
                turn.Complete(seen);
            }
            else
            {
                turn.ContinueAsNew(seen, signals.Skip(1));
            }
        });
        await using var host = await WorkflowHost.StartAsync(inMemory);
        await using var worker = await host.ConnectAsync(script);
        await host.ScheduleAsync("Loop", "loop", "");

        var raises = new List<Task>();
        for (var i = 0; i < count; i++)
        {
            raises.Add(RaiseAsync(host, "loop", $"{i}"));
        }

        await Task.WhenAll(raises);
        var seen = (await host.EndAsync("loop")).Output.Trim().Split(' ');
        seen.Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, count).Select(i => $"{i}").Order(StringComparer.Ordinal));
        worker.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_new_generation_has_a_new_execution_id_and_results_of_the_old_one_do_not_reach_it()
    {
        var executions = new HashSet<string>();
        var release = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var script = new WorkerScript()
            .Workflow("Generations", turn =>
            {
                executions.Add(turn.Request.ExecutionId);
                if (turn.Input == "second")
                {
                    turn.ResultOf(0).ShouldBeNull();
                    if (turn.Raised("end").Count > 0)
                    {
                        turn.Complete("clean");
                    }
                }
                else if (turn.Call(0, "Slow") is null && turn.Raised("next").Count > 0)
                {
                    turn.ContinueAsNew("second");
                }
            })
            .Activity("Slow", _ => release.Task);
        await using var host = await WorkflowHost.StartAsync();
        await using var worker = await host.ConnectAsync(script);
        await host.ScheduleAsync("Generations", "g", "first");
        await host.UntilAsync("g", OrchestrationStatus.Running);
        await host.Client.RaiseEventAsync(new RaiseEventRequest { InstanceId = "g", Name = "next" });
        await Eventually.AsyncAsync(async () => (await host.StateAsync("g")).Input == "second", () => "The second generation did not begin.");
        release.SetResult("late");
        await host.Client.RaiseEventAsync(new RaiseEventRequest { InstanceId = "g", Name = "end" });

        (await host.EndAsync("g")).Output.ShouldBe("clean");
        executions.Count.ShouldBe(2);
        worker.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_workflow_sends_an_event_to_another_and_starts_a_detached_one()
    {
        await using var host = await WorkflowHost.StartAsync();
        await using var worker = await host.ConnectAsync(Collector(1).Workflow("Sender", turn =>
        {
            turn.Send(0, "c", "signal", "hello");
            turn.Detach(1, "Free", "free");
            turn.Complete();
        }).Workflow("Free", turn => turn.Complete(turn.Started.ParentInstance is null ? "free" : "bound")));
        await host.ScheduleAsync("Collector", "c");
        await host.ScheduleAsync("Sender", "s");

        (await host.EndAsync("c")).Output.ShouldBe("hello");
        (await host.EndAsync("free")).Output.ShouldBe("free");
    }

    [Fact]
    public async Task Calls_about_an_instance_that_does_not_exist_say_so_in_the_words_of_daprd()
    {
        await using var host = await WorkflowHost.StartAsync(inMemory: true);
        var client = host.Client;

        (await client.GetInstanceAsync(new GetInstanceRequest { InstanceId = "none" })).Exists.ShouldBeFalse();
        (await client.WaitForInstanceCompletionAsync(new GetInstanceRequest { InstanceId = "none" })).Exists.ShouldBeFalse();
        await MissingAsync(() => client.RaiseEventAsync(new RaiseEventRequest { InstanceId = "none", Name = "x" }));
        await MissingAsync(() => client.TerminateInstanceAsync(new TerminateRequest { InstanceId = "none" }));
        await MissingAsync(() => client.SuspendInstanceAsync(new SuspendRequest { InstanceId = "none" }));
        await MissingAsync(() => client.PurgeInstancesAsync(new PurgeInstancesRequest { InstanceId = "none" }));
    }

    private static async Task MissingAsync<T>(Func<AsyncUnaryCall<T>> call)
    {
        var error = await Should.ThrowAsync<RpcException>(async () => await call());
        error.StatusCode.ShouldBe(StatusCode.Unknown);
        error.Status.Detail.ShouldContain("no such instance exists");
    }

    private static async Task RaiseAsync(WorkflowHost host, string id, string input) =>
        await host.Client.RaiseEventAsync(new RaiseEventRequest { InstanceId = id, Name = "signal", Input = input });
}
