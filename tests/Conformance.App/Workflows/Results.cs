using Dapr.Workflow;

namespace Serverless.Conformance.App.Workflows;

/// <summary>Says where it stands.</summary>
internal sealed class Statuses : Workflow<object?, string>
{
    public override async Task<string> RunAsync(WorkflowContext context, object? input)
    {
        context.SetCustomStatus(new StatusReport("waiting", 1));
        await context.WaitForExternalEventAsync<string>("go");
        context.SetCustomStatus(new StatusReport("gone", 2));
        return "done";
    }
}

internal sealed record StatusReport(string Phase, int Step);

internal sealed class Failing : Workflow<object?, string>
{
    public override Task<string> RunAsync(WorkflowContext context, object? input) => throw new InvalidOperationException("no luck");
}

/// <summary>Takes and gives a record.</summary>
internal sealed class Ordering : Workflow<Order, Order>
{
    public override Task<Order> RunAsync(WorkflowContext context, Order input) => Task.FromResult(input with { ItemCount = input.ItemCount + 1 });
}

internal sealed record Order(string OrderId, int ItemCount);

/// <summary>Takes and gives nothing.</summary>
internal sealed class Nothing : Workflow<string?, string?>
{
    public override Task<string?> RunAsync(WorkflowContext context, string? input) => Task.FromResult(input);
}

#pragma warning disable DAPR1305 // The official analyser says that constructors of workflows get no services; its worker gives them.
/// <summary>Gets a service by its constructor, and counts its instances.</summary>
internal sealed class Greeter(Greeting greeting) : Workflow<string, string>
{
    private int _turns;

    public override async Task<string> RunAsync(WorkflowContext context, string input)
    {
        _turns++;
        await context.CallActivityAsync<string>(nameof(Greet), input);
        return $"{greeting.For(input)} ({_turns})";
    }
}
#pragma warning restore DAPR1305
