using Dapr.Protocol;
using Serverless.Faults.Tests.Invariants;
using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests.Load;

/// <summary>Workflows that wait for ever, and are terminated with their children and grandchildren.</summary>
internal sealed class Terminations(IRig rig, string prefix, int count) : IWork
{
    public Task RunAsync() => Task.WhenAll(Ids.Select(RunOneAsync));

    public async Task VerifyAsync()
    {
        foreach (var id in Ids.SelectMany(id => new[] { id, $"{id}-child", $"{id}-child-child" }))
        {
            (await rig.Workflows.EndOfAsync(id)).WorkflowStatus.ShouldBe(OrchestrationStatus.Terminated, id);
            Histories.ShouldBeWhole(id, await rig.Workflows.HistoryAsync(id), isCompleted: false);
        }
    }

    private IEnumerable<string> Ids => Enumerable.Range(0, count).Select(number => $"{prefix}-patient-{number}");

    private async Task RunOneAsync(string id)
    {
        await rig.Workflows.StartAsync(id, "PatientWorkflow", "2");
        await rig.Workflows.StateOfAsync($"{id}-child-child", OrchestrationStatus.Running);
        await rig.Workflows.TerminateAsync(id);
    }
}
