using Dapr.Workflow;

namespace Serverless.DaprTour.Workflows;

/// <summary>Where a countdown stands.</summary>
public sealed record Countdown(int From, int Left);

/// <summary>A workflow without an end of its history: each step begins it anew, with a durable timer in between.</summary>
public sealed class CountdownWorkflow : Workflow<Countdown, int>
{
    /// <inheritdoc />
    public override async Task<int> RunAsync(WorkflowContext context, Countdown input)
    {
        context.SetCustomStatus($"{input.Left} of {input.From} left");
        if (input.Left == 0)
        {
            return input.From;
        }

        await context.CreateTimer(TimeSpan.FromMilliseconds(250));
        context.ContinueAsNew(input with { Left = input.Left - 1 });
        return 0;
    }
}
