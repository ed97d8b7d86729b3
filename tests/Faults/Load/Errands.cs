using System.Text.Json;
using Dapr.Protocol;
using Serverless.Faults.Tests.Invariants;
using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests.Load;

/// <summary>Workflows with activities side by side, a timer, a child and an event; and some that are purged when they are done.</summary>
internal sealed class Errands(IRig rig, string prefix, int count, int width) : IWork
{
    public Task RunAsync() => Task.WhenAll([.. Ids.Select(RunOneAsync), .. PurgedIds.Select(RunAndPurgeAsync)]);

    public async Task VerifyAsync()
    {
        foreach (var id in Ids)
        {
            await VerifyAsync(id);
        }

        foreach (var id in PurgedIds)
        {
            (await rig.Workflows.GetAsync(id)).Exists.ShouldBeFalse($"{id} was purged");
            (await rig.Workflows.GetAsync($"{id}-side")).Exists.ShouldBeFalse($"{id} was purged with its child");
        }
    }

    private IEnumerable<string> Ids => Enumerable.Range(0, count).Select(number => $"{prefix}-errand-{number}");

    private IEnumerable<string> PurgedIds => Enumerable.Range(0, 3).Select(number => $"{prefix}-purged-{number}");

    private async Task RunOneAsync(string id)
    {
        await rig.Workflows.StartAsync(id, "ErrandWorkflow", JsonSerializer.Serialize(new { width }));
        await rig.Workflows.RaiseAsync(id, "word", $"\"word of {id}\"");
    }

    private async Task RunAndPurgeAsync(string id)
    {
        await RunOneAsync(id);
        await rig.Workflows.EndOfAsync(id);
        await rig.Workflows.PurgeAsync(id);
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
