using System.Text.Json;
using Dapr.Protocol;
using Serverless.Faults.Tests.Invariants;
using Serverless.Faults.Tests.Load;
using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests;

/// <summary>SIGTERM: what runs is finished or handed back, and the exit code is 0.</summary>
public sealed class ShutdownTests
{
    private const int Width = 4;

    [Fact]
    public async Task An_app_that_is_asked_to_end_finishes_the_activities_that_it_runs_and_none_runs_again()
    {
        await using var rig = await Rig.StartAsync();
        await rig.Workflows.StartAsync("slow", "ErrandWorkflow", JsonSerializer.Serialize(new { width = Width, milliseconds = 700 }));
        await Patience.UntilAsync(() => Began(rig) == Width, () => $"all activities begin.\n{rig.Text}");

        (await rig.App.TerminateAsync()).ShouldBe(0, rig.Text);

        await rig.Workflows.RaiseAsync("slow", "word", "\"done\"");
        (await rig.Workflows.EndOfAsync("slow")).WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
        Began(rig).ShouldBe(Width, "activities that the app finished before it ended ran again");
    }

    [Fact]
    public async Task A_sidecar_that_is_asked_to_end_ends_cleanly_and_completed_activities_do_not_run_again()
    {
        await using var rig = await Rig.StartAsync();
        await rig.Workflows.StartAsync("done", "ErrandWorkflow", JsonSerializer.Serialize(new { width = Width }));
        await Patience.UntilAsync(
            async () => (await rig.Workflows.HistoryAsync("done")).Count(entry => entry.ChildWorkflowInstanceCompleted is not null) == 1,
            () => $"the errand waits for its word.\n{rig.Text}");
        var began = Began(rig);

        (await rig.Sidecar.TerminateAsync()).ShouldBe(0, rig.Text);

        await rig.Workflows.RaiseAsync("done", "word", "\"done\"");
        (await rig.Workflows.EndOfAsync("done")).WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
        Began(rig).ShouldBe(began, "activities whose results were stored ran again");
    }

    [Fact]
    public async Task Both_asked_to_end_in_the_middle_of_everything_lose_and_double_nothing()
    {
        await using var rig = await Rig.StartAsync();
        var work = new Everything(rig, "terminated");
        var running = work.RunAsync();

        (await rig.App.TerminateAsync()).ShouldBe(0, rig.Text);
        (await rig.Sidecar.TerminateAsync()).ShouldBe(0, rig.Text);

        await running;
        await work.VerifyAsync();
        using var state = rig.OpenState();
        StateFile.ShouldBeSound(state);
    }

    private static int Began(Rig rig) =>
        rig.Journals().Sum(lines => lines.Count(line => line.StartsWith("activity-began", StringComparison.Ordinal) && !line.Contains("-side", StringComparison.Ordinal)));
}
