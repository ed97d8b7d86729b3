using Dapr.Workflow;

namespace Serverless.Conformance.App.Workflows;

/// <summary>One signal per generation, until it has seen as many as it expects.</summary>
internal sealed class Signals : Workflow<SignalsInput, int[]>
{
    public override async Task<int[]> RunAsync(WorkflowContext context, SignalsInput input)
    {
        int[] seen = [.. input.Seen, await context.WaitForExternalEventAsync<int>("signal")];
        if (seen.Length < input.Expected)
        {
            context.ContinueAsNew(input with { Seen = seen });
        }

        return seen;
    }
}

internal sealed record SignalsInput(int Expected, int[] Seen);

/// <summary>Counts to five, one generation a number; what it returns when it goes on counts for nothing.</summary>
internal sealed class Counting : Workflow<int, int>
{
    public override async Task<int> RunAsync(WorkflowContext context, int input)
    {
        var same = await context.CallActivityAsync<int>(WorkflowCatalog.Echo, input);
        if (same == 5)
        {
            return same;
        }

        context.ContinueAsNew(same + 1);
        return -1;
    }
}

/// <summary>Goes on without the events that it did not take.</summary>
internal sealed class Forgetful : Workflow<bool, string>
{
    public override async Task<string> RunAsync(WorkflowContext context, bool input)
    {
        if (!input)
        {
            await context.WaitForExternalEventAsync<string>("go");
            context.ContinueAsNew(newInput: true, preserveUnprocessedEvents: false);
            return "";
        }

        try
        {
            return await context.WaitForExternalEventAsync<string>("extra", TimeSpan.FromSeconds(1));
        }
        catch (TaskCanceledException)
        {
            return "dropped";
        }
    }
}
