using Dapr.Workflow;

namespace Serverless.Conformance.App.Workflows;

/// <summary>Waits for one event.</summary>
internal sealed class Approval : Workflow<object?, string>
{
    public override Task<string> RunAsync(WorkflowContext context, object? input) => context.WaitForExternalEventAsync<string>("approved");
}

/// <summary>Waits until it may go, then takes three items.</summary>
internal sealed class Inbox : Workflow<object?, string[]>
{
    public override async Task<string[]> RunAsync(WorkflowContext context, object? input)
    {
        await context.WaitForExternalEventAsync<string>("go");
        return
        [
            await context.WaitForExternalEventAsync<string>("item"),
            await context.WaitForExternalEventAsync<string>("item"),
            await context.WaitForExternalEventAsync<string>("item"),
        ];
    }
}

/// <summary>Waits for an answer for so long; then, if it is to, for the next one without a limit.</summary>
internal sealed class TimedAnswer : Workflow<TimedAnswerInput, string[]>
{
    public override async Task<string[]> RunAsync(WorkflowContext context, TimedAnswerInput input)
    {
        string first;
        try
        {
            first = await context.WaitForExternalEventAsync<string>("answer", TimeSpan.FromMilliseconds(input.Milliseconds));
        }
        catch (TaskCanceledException)
        {
            first = "too late";
        }

        return input.Again ? [first, await context.WaitForExternalEventAsync<string>("answer")] : [first];
    }
}

internal sealed record TimedAnswerInput(int Milliseconds, bool Again = false);

/// <summary>Sleeps.</summary>
internal sealed class Alarm : Workflow<int, ClockReport>
{
    public override async Task<ClockReport> RunAsync(WorkflowContext context, int input)
    {
        var start = context.CurrentUtcDateTime;
        var fireAt = start.AddMilliseconds(input);
        await context.CreateTimer(fireAt, CancellationToken.None);
        return new ClockReport(start, fireAt, fireAt, context.CurrentUtcDateTime, start.Kind.ToString());
    }
}

/// <summary>A timer of an hour against an event; the timer is given up when the event has won.</summary>
internal sealed class TimerOrEvent : Workflow<object?, string>
{
    public override async Task<string> RunAsync(WorkflowContext context, object? input)
    {
        using var giveUp = new CancellationTokenSource();
        var timer = context.CreateTimer(TimeSpan.FromHours(1), giveUp.Token);
        var answer = context.WaitForExternalEventAsync<string>("answer");
        var winner = await Task.WhenAny(timer, answer);
        GiveUp(giveUp);
        return winner == answer ? await answer : "the timer";
    }

    // Not CancelAsync: a workflow awaits nothing but what its context gave it.
    private static void GiveUp(CancellationTokenSource source) => source.Cancel();
}
