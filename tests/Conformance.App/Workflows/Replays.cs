using Dapr.Workflow;

namespace Serverless.Conformance.App.Workflows;

/// <summary>Draws three GUIDs over three turns; the activity saw each when it was drawn first, the result holds what the last replay drew.</summary>
internal sealed class Guids : Workflow<object?, GuidReport>
{
    public override async Task<GuidReport> RunAsync(WorkflowContext context, object? input)
    {
        var first = context.NewGuid();
        var sawFirst = await context.CallActivityAsync<Guid>(WorkflowCatalog.Echo, first);
        var second = context.NewGuid();
        var sawSecond = await context.CallActivityAsync<Guid>(WorkflowCatalog.Echo, second);
        return new GuidReport([first, second, context.NewGuid()], [sawFirst, sawSecond]);
    }
}

internal sealed record GuidReport(Guid[] Drawn, Guid[] Seen);

/// <summary>Reads the clock before the first await and after each.</summary>
internal sealed class Clock : Workflow<object?, ClockReport>
{
    public override async Task<ClockReport> RunAsync(WorkflowContext context, object? input)
    {
        var start = context.CurrentUtcDateTime;
        var saw = await context.CallActivityAsync<DateTime>(WorkflowCatalog.Echo, start);
        var middle = context.CurrentUtcDateTime;
        await context.CallActivityAsync<DateTime>(WorkflowCatalog.Echo, middle);
        return new ClockReport(start, saw, middle, context.CurrentUtcDateTime, start.Kind.ToString());
    }
}

internal sealed record ClockReport(DateTime Start, DateTime Saw, DateTime Middle, DateTime End, string Kind);

/// <summary>Logs through a replay-safe logger, and notes in the journal what IsReplaying says at each step of each turn.</summary>
internal sealed partial class Logged : Workflow<object?, string>
{
    public override async Task<string> RunAsync(WorkflowContext context, object? input)
    {
        var log = context.CreateReplaySafeLogger(JournalLoggerProvider.Category);
        Step(context, log, "start");
        await context.CallActivityAsync(nameof(Greet), "one");
        Step(context, log, "middle");
        await context.CallActivityAsync(nameof(Greet), "two");
        Step(context, log, "end");
        return "logged";
    }

    private static void Step(WorkflowContext context, ILogger log, string step)
    {
        LogStep(log, context.InstanceId, step);
        Journal.Note($"replaying:{context.InstanceId}", $"{step} {context.IsReplaying}");
    }

    [LoggerMessage(1, LogLevel.Information, "{Instance} {Step}")]
    private static partial void LogStep(ILogger log, string instance, string step);
}

/// <summary>Asks for patches before and after an activity.</summary>
internal sealed class Patched : Workflow<object?, bool[]>
{
    public override async Task<bool[]> RunAsync(WorkflowContext context, object? input)
    {
        var first = context.IsPatched("p1");
        await context.CallActivityAsync(nameof(Greet), "patched");
        return [first, context.IsPatched("p2"), context.IsPatched("p1")];
    }
}
