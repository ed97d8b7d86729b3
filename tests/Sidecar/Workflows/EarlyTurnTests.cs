using Dapr.Protocol;
using Serverless.Sidecar.Tests.Workflows.Harness;

namespace Serverless.Sidecar.Tests.Workflows;

/// <summary>A turn may begin before its events are on the disk.</summary>
public sealed class EarlyTurnTests
{
    private const string BeforeCommit = "sidecar.store.before-commit";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_an_early_turn_asks_for_happens_only_if_its_events_were_written(bool commitFails)
    {
        var (armed, first, second) = (0, 0, 0);
        var early = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var release = new ManualResetEventSlim();
        var script = new WorkerScript
        {
            OnItem = item =>
            {
                if (item.WorkflowRequest?.NewEvents.Any(entry => entry.TaskCompleted is { TaskScheduledId: 0 }) is true)
                {
                    early.TrySetResult();
                }
            },
        }
            .Workflow("Two", turn =>
            {
                if (turn.Call(0, "First", null) is { } one && turn.Call(1, "Second", null) is { } two)
                {
                    turn.Complete($"{one.TaskCompleted.Result} {two.TaskCompleted.Result}");
                }
            })
            .Activity("First", _ =>
            {
                // The next commit is that of this activity's result.
                Volatile.Write(ref armed, first == 0 ? 1 : 0);
                return $"first {++first}";
            })
            .Activity("Second", _ => $"second {++second}");
        await using var host = await WorkflowHost.StartAsync(options: options => WorkflowHost.Options(options.StateFile, onPoint: point =>
        {
            if (point == BeforeCommit && Interlocked.Exchange(ref armed, 0) == 1)
            {
                release.Wait(WorkflowHost.Patience).ShouldBeTrue("the test did not let the commit go on");
                if (commitFails)
                {
                    throw new IOException("no disk");
                }
            }
        }));
        await using var worker = await host.ConnectAsync(script);

        await host.ScheduleAsync("Two", "two");
        await early.Task.WaitAsync(WorkflowHost.Patience);
        second.ShouldBe(0, "an activity was given out before the result of the one before it was written");
        release.Set();

        (await host.EndAsync("two")).Output.ShouldBe(commitFails ? "first 2 second 1" : "first 1 second 1");
        var history = await host.Client.GetInstanceHistoryAsync(new GetInstanceHistoryRequest { InstanceId = "two" });
        history.Events.Count(entry => entry.TaskCompleted is not null).ShouldBe(2);
    }
}
