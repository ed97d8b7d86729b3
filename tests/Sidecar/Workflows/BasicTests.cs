using System.Globalization;
using Dapr.Protocol;
using Serverless.Sidecar.Tests.Workflows.Harness;

namespace Serverless.Sidecar.Tests.Workflows;

public sealed class BasicTests
{
    private static readonly WorkerScript _script = new WorkerScript()
        .Workflow("Chain", turn =>
        {
            if (turn.Call(0, "Double", turn.Input)?.TaskCompleted is { } first
                && turn.Call(1, "Double", first.Result)?.TaskCompleted is { } second
                && turn.Call(2, "Double", second.Result)?.TaskCompleted is { } third)
            {
                turn.Complete(third.Result);
            }
        })
        .Workflow("FanOut", turn =>
        {
            var results = Enumerable.Range(0, int.Parse(turn.Input!, CultureInfo.InvariantCulture)).Select(id => turn.Call(id, "Double", $"{id}")).ToArray();
            if (results.All(result => result?.TaskCompleted is not null))
            {
                turn.Complete($"{results.Sum(result => int.Parse(result!.TaskCompleted.Result, CultureInfo.InvariantCulture))}");
            }
        })
        .Activity("Double", input => $"{2 * int.Parse(input!, CultureInfo.InvariantCulture)}");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Activities_run_one_after_the_other_and_the_result_is_there(bool inMemory)
    {
        await using var host = await WorkflowHost.StartAsync(inMemory);
        await using var worker = await host.ConnectAsync(_script);

        await host.ScheduleAsync("Chain", "chain-1", "5");

        var state = await host.EndAsync("chain-1");
        state.WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
        state.Output.ShouldBe("40");
        state.Input.ShouldBe("5");
        worker.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_fan_out_runs_every_activity(bool inMemory)
    {
        await using var host = await WorkflowHost.StartAsync(inMemory);
        await using var worker = await host.ConnectAsync(_script);

        await host.ScheduleAsync("FanOut", "fan-1", "500");

        (await host.EndAsync("fan-1")).Output.ShouldBe($"{500 * 499}");
    }

    [Fact]
    public async Task A_start_without_a_worker_is_stored_answered_and_run_after_the_sidecar_started_again()
    {
        await using var host = await WorkflowHost.StartAsync();
        await host.ScheduleAsync("Chain", "waiting", "1");
        (await host.StateAsync("waiting")).WorkflowStatus.ShouldBe(OrchestrationStatus.Pending);
        await host.StopAsync();

        await host.StartAsync();
        await using var worker = await host.ConnectAsync(_script);

        (await host.EndAsync("waiting")).Output.ShouldBe("8");
    }
}
