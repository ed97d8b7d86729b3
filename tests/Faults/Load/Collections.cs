using System.Text.Json;
using Dapr.Protocol;
using Serverless.Faults.Tests.Invariants;
using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests.Load;

/// <summary>Workflows that begin anew with every event, which come faster than they are taken.</summary>
internal sealed class Collections(IRig rig, string prefix, int count, int items) : IWork
{
    public Task RunAsync() => Task.WhenAll(Ids.Select(RunOneAsync));

    public async Task VerifyAsync()
    {
        foreach (var id in Ids)
        {
            var end = await rig.Workflows.EndOfAsync(id);
            end.WorkflowStatus.ShouldBe(OrchestrationStatus.Completed, $"{id}: {end.FailureDetails}");
            ShouldBeInOrder(id, JsonSerializer.Deserialize<string[]>(end.Output)!);
            Histories.ShouldBeWhole(id, await rig.Workflows.HistoryAsync(id), isCompleted: true);
        }
    }

    private IEnumerable<string> Ids => Enumerable.Range(0, count).Select(number => $"{prefix}-collection-{number}");

    /// <summary>None lost and none overtaken; one whose call was repeated may be there again, beside itself.</summary>
    private void ShouldBeInOrder(string id, string[] collected)
    {
        collected.Length.ShouldBe(items, id);
        var numbers = collected.Select(int.Parse).ToArray();
        numbers[0].ShouldBe(0, id);
        numbers.Zip(numbers.Skip(1), (one, next) => next - one).ShouldAllBe(step => step == 0 || step == 1, $"{id}: [{string.Join(", ", collected)}]");
    }

    private async Task RunOneAsync(string id)
    {
        await rig.Workflows.StartAsync(id, "CollectWorkflow", JsonSerializer.Serialize(new { left = items, items = Array.Empty<string>() }));
        for (var item = 0; item < items; item++)
        {
            await rig.Workflows.RaiseAsync(id, "item", $"\"{item}\"");
        }
    }
}
