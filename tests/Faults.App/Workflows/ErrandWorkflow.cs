using Dapr.Workflow;
using Serverless.Storage;

namespace Serverless.Faults.App.Workflows;

/// <summary>How many activities run side by side, and how long each takes.</summary>
public sealed record Errand(int Width, int Milliseconds = 0);

/// <summary>What came of an errand.</summary>
public sealed record ErrandResult(int Sum, int Side, string Word);

/// <summary>A bit of everything: activities side by side, a timer, a child workflow, an event from outside.</summary>
public sealed class ErrandWorkflow : Workflow<Errand, ErrandResult>
{
    /// <inheritdoc />
    public override async Task<ErrandResult> RunAsync(WorkflowContext context, Errand input)
    {
        Failpoints.Hit(AppPoints.TurnRunning);
        var numbers = await Task.WhenAll(Enumerable.Range(1, input.Width)
            .Select(number => context.CallActivityAsync<int>(nameof(CountActivity), new Work(number, input.Milliseconds))));
        await context.CreateTimer(TimeSpan.FromMilliseconds(30));
        var side = await context.CallChildWorkflowAsync<int>(
            nameof(SideErrandWorkflow), input.Width, new ChildWorkflowTaskOptions(InstanceId: $"{context.InstanceId}-side"));
        var word = await context.WaitForExternalEventAsync<string>("word");
        return new ErrandResult(numbers.Sum(), side, word);
    }
}

/// <summary>The errand's child: two activities, one after the other.</summary>
public sealed class SideErrandWorkflow : Workflow<int, int>
{
    /// <inheritdoc />
    public override async Task<int> RunAsync(WorkflowContext context, int input)
    {
        var first = await context.CallActivityAsync<int>(nameof(CountActivity), new Work(input));
        return first + await context.CallActivityAsync<int>(nameof(CountActivity), new Work(1));
    }
}
