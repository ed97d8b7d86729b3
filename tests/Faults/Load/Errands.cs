using System.Text.Json;
using Dapr.Protocol;
using Serverless.Faults.Tests.Invariants;
using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests.Load;

/// <summary>Workflows with activities side by side, a timer, a child and an event; and one that is purged when it is done.</summary>
internal sealed class Errands(IRig rig, string prefix, int count, int width) : IWork
{
    public Task RunAsync() => Task.WhenAll([.. Ids.Select(RunOneAsync), RunAndPurgeAsync()]);

    public async Task VerifyAsync()
    {
        foreach (var id in Ids)
        {
            await VerifyAsync(id);
        }

        (await rig.Workflows.GetAsync(PurgedId)).Exists.ShouldBeFalse($"{PurgedId} was purged");
        (await rig.Workflows.GetAsync($"{PurgedId}-side")).Exists.ShouldBeFalse($"{PurgedId} was purged with its child");
    }

    private IEnumerable<string> Ids => Enumerable.Range(0, count).Select(number => $"{prefix}-errand-{number}");

    private string PurgedId => $"{prefix}-purged";

    private async Task RunOneAsync(string id)
    {
        await rig.Workflows.StartAsync(id, "ErrandWorkflow", JsonSerializer.Serialize(new { width }));
        await rig.Workflows.RaiseAsync(id, "word", $"\"word of {id}\"");
    }

    private async Task RunAndPurgeAsync()
    {
        await RunOneAsync(PurgedId);
        await rig.Workflows.EndOfAsync(PurgedId);
        await rig.Workflows.PurgeAsync(PurgedId);
    }

    private async Task VerifyAsync(string id)
    {
        var end = await rig.Workflows.EndOfAsync(id);
        end.WorkflowStatus.ShouldBe(OrchestrationStatus.Completed, $"{id}: {end.FailureDetails}");
        var result = JsonSerializer.Deserialize<Result>(end.Output, JsonSerializerOptions.Web);
        result.ShouldBe(new Result(width * (width + 1) / 2, width + 1, $"word of {id}"), id);
        Histories.ShouldBeWhole(id, await rig.Workflows.HistoryAsync(id), isCompleted: true);
        Histories.ShouldBeWhole($"{id}-side", await rig.Workflows.HistoryAsync($"{id}-side"), isCompleted: true);
    }

    private sealed record Result(int Sum, int Side, string Word);
}
