using Dapr.Protocol;
using FsCheck;
using FsCheck.Fluent;
using Grpc.Core;
using Serverless.Sidecar.Tests.Workflows.Harness;

namespace Serverless.Sidecar.Tests.Workflows;

/// <summary>Random calls, with and without a worker, with the sidecar started again in between, against a model of one instance.</summary>
public sealed class ModelTests
{
    private const string Id = "m";

    /// <summary>Each signal runs an activity; "end" completes with all that was seen.</summary>
    private static WorkerScript Script() => new WorkerScript()
        .Workflow("Log", turn =>
        {
            var raised = turn.Raised("signal").Where(signal => signal is not null).ToArray();
            var results = raised.Select((signal, id) => turn.Call(id, "Note", signal)).ToArray();
            if (turn.Raised("end").Count > 0 && results.All(result => result is not null))
            {
                turn.Complete(string.Join(',', results.Select(result => result!.TaskCompleted.Result)));
            }
        })
        .Activity("Note", input => $"n{input}");

    [Fact]
    public void Whatever_is_called_in_whatever_order_the_instance_is_as_the_model_says() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(12).WithStartSize(5).WithEndSize(25),
        Prop.ForAll(Gen.Choose(0, 7).ListOf().ToArbitrary(), operations => RunAsync(operations).GetAwaiter().GetResult()));

    private static async Task RunAsync(IReadOnlyCollection<int> operations)
    {
        await using var host = await WorkflowHost.StartAsync();
        ScriptedWorker? worker = null;
        List<string>? signals = null;
        var suspended = false;
        var next = 0;
        foreach (var operation in operations.Take(25))
        {
            switch (operation)
            {
                case 0:
                    await StartAsync();
                    break;
                case 1 or 2:
                    await RaiseAsync($"{next++}");
                    break;
                case 3:
                    await CallAsync(() => host.Client.SuspendInstanceAsync(new SuspendRequest { InstanceId = Id }));
                    suspended = signals is not null;
                    break;
                case 4:
                    await CallAsync(() => host.Client.ResumeInstanceAsync(new ResumeRequest { InstanceId = Id }));
                    suspended = false;
                    break;
                case 5:
                    await RestartAsync();
                    break;
                case 6:
                    await ToggleWorkerAsync();
                    break;
                default:
                    await CallAsync(() => host.Client.TerminateInstanceAsync(new TerminateRequest { InstanceId = Id, Recursive = true }));
                    if (signals is not null)
                    {
                        (await host.EndAsync(Id)).WorkflowStatus.ShouldBe(OrchestrationStatus.Terminated);
                        await host.Client.PurgeInstancesAsync(new PurgeInstancesRequest { InstanceId = Id });
                        (signals, suspended) = (null, false);
                    }

                    break;
            }

            var state = await host.StateAsync(Id);
            (state is not null).ShouldBe(signals is not null);
            (state?.WorkflowStatus == OrchestrationStatus.Suspended).ShouldBe(suspended);
        }

        await FinishAsync();

        async Task StartAsync()
        {
            if (signals is null)
            {
                await host.ScheduleAsync("Log", Id);
                signals = [];
            }
            else
            {
                (await Should.ThrowAsync<RpcException>(() => host.ScheduleAsync("Log", Id))).Status.Detail.ShouldContain("already exists");
            }
        }

        async Task RaiseAsync(string signal)
        {
            await CallAsync(() => host.Client.RaiseEventAsync(new RaiseEventRequest { InstanceId = Id, Name = "signal", Input = signal }));
            signals?.Add(signal);
        }

        async Task CallAsync<T>(Func<AsyncUnaryCall<T>> call)
        {
            if (signals is not null)
            {
                await call();
            }
            else
            {
                (await Should.ThrowAsync<RpcException>(async () => await call())).Status.Detail.ShouldContain("no such instance exists");
            }
        }

        async Task RestartAsync()
        {
            var connected = worker is not null;
            if (worker is not null)
            {
                await ToggleWorkerAsync();
            }

            await host.StopAsync();
            await host.StartAsync();
            if (connected)
            {
                await ToggleWorkerAsync();
            }
        }

        async Task ToggleWorkerAsync()
        {
            if (worker is null)
            {
                worker = await host.ConnectAsync(Script());
            }
            else
            {
                await worker.DisposeAsync();
                worker = null;
            }
        }

        async Task FinishAsync()
        {
            worker ??= await host.ConnectAsync(Script());
            if (signals is not null)
            {
                await host.Client.ResumeInstanceAsync(new ResumeRequest { InstanceId = Id });
                await host.Client.RaiseEventAsync(new RaiseEventRequest { InstanceId = Id, Name = "end" });
                (await host.EndAsync(Id)).Output.ShouldBe(string.Join(',', signals.Select(signal => $"n{signal}")));
            }

            await worker.DisposeAsync();
        }
    }
}
