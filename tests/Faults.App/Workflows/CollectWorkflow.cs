using Dapr.Workflow;

namespace Serverless.Faults.App.Workflows;

/// <summary>Items that were collected, and how many are still to come.</summary>
public sealed record Collection(int Left, IReadOnlyList<string> Items);

/// <summary>Takes one event and runs one activity in each execution, then begins anew, until it has all items.</summary>
public sealed class CollectWorkflow : Workflow<Collection, IReadOnlyList<string>>
{
    /// <inheritdoc />
    public override async Task<IReadOnlyList<string>> RunAsync(WorkflowContext context, Collection input)
    {
        if (input.Left == 0)
        {
            return input.Items;
        }

        var item = await context.WaitForExternalEventAsync<string>("item");
        await context.CallActivityAsync<int>(nameof(CountActivity), new Work(input.Left));
        context.ContinueAsNew(new Collection(input.Left - 1, [.. input.Items, item]));
        return [];
    }
}
