using Dapr.Protocol;
using Dapr.Sidecar;
using Microsoft.Extensions.Time.Testing;
using Serverless.Sidecar.Tests.Components;
using Serverless.Sidecar.Tests.Workflows.Harness;

namespace Serverless.Sidecar.Tests.Workflows;

/// <summary>The section "workflow" of a Configuration.</summary>
public sealed class WorkflowRulesTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task No_more_activities_run_at_once_than_the_configuration_says_over_all_workers()
    {
        var (running, most) = (0, 0);
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var script = new WorkerScript()
            .Workflow("Fan", turn =>
            {
                if (Enumerable.Range(0, 6).Select(id => turn.Call(id, "Work", null)).ToArray().All(result => result is not null))
                {
                    turn.Complete("done");
                }
            })
            .Activity("Work", async _ =>
            {
                var now = Interlocked.Increment(ref running);
                most = Math.Max(most, now);
                if (now == 2)
                {
                    full.TrySetResult();
                }

                await go.Task;
                Interlocked.Decrement(ref running);
                return null;
            });
        await using var host = await StartAsync("workflow: {maxConcurrentActivityInvocations: 2}");
        await using var first = await host.ConnectAsync(script);
        await using var second = await host.ConnectAsync(script);

        await host.ScheduleAsync("Fan", "fan");
        await full.Task.WaitAsync(WorkflowHost.Patience);
        go.SetResult();

        (await host.EndAsync("fan")).Output.ShouldBe("done");
        most.ShouldBe(2);
    }

    [Fact]
    public async Task Ended_workflows_are_kept_as_long_as_the_configuration_says()
    {
        var time = new FakeTimeProvider();
        await using var host = await StartAsync("workflow: {stateRetentionPolicy: {anyTerminal: 1h, completed: 1m}}", time);
        await using var worker = await host.ConnectAsync(new WorkerScript().Workflow("Now", turn => turn.Complete("done")).Workflow("Fails", turn => turn.Fail("no")));
        await host.ScheduleAsync("Now", "completed");
        await host.ScheduleAsync("Fails", "failed");
        await host.EndAsync("completed");
        await host.EndAsync("failed");

        for (var i = 0; i < 124; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
        }

        await Eventually.AsyncAsync(async () => await host.StateAsync("completed") is null, () => "The completed workflow was kept.");
        (await host.StateAsync("failed")).WorkflowStatus.ShouldBe(OrchestrationStatus.Failed);
    }

    [Theory]
    [InlineData("workflow: {maxConcurrentWorkflowInvocations: 0}", "spec.workflow.maxConcurrentWorkflowInvocations")]
    [InlineData("workflow: {stateRetentionPolicy: {completed: soon}}", "spec.workflow.stateRetentionPolicy.completed")]
    [InlineData("workflow: {stateRetentionPolicy: {finished: 1h}}", "finished")]
    public async Task A_wrong_rule_is_told_with_its_field(string spec, string expected)
    {
        var error = await Should.ThrowAsync<ComponentException>(() => StartAsync(spec));

        error.Message.ShouldContain("configuration.yaml, document 1");
        error.Message.ShouldContain(expected);
    }

    private Task<WorkflowHost> StartAsync(string spec, TimeProvider? time = null)
    {
        _folder.Yaml("configuration.yaml", $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Configuration
            metadata: {name: rules}
            spec: { {{spec}} }
            """);
        return WorkflowHost.StartAsync(inMemory: true, options => new SidecarOptions
        {
            Apps = options.Apps,
            ComponentPaths = [_folder.Components],
            TimeProvider = time ?? TimeProvider.System,
        });
    }
}
