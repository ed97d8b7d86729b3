using Dapr.Workflow;

namespace Serverless.Conformance.App.Workflows;

internal sealed class Square : WorkflowActivity<int, int>
{
    public override Task<int> RunAsync(WorkflowActivityContext context, int input) => Task.FromResult(input * input);
}

/// <summary>Ends when the test writes the gate's page of the journal.</summary>
internal sealed class Gate : WorkflowActivity<string, string>
{
    public override async Task<string> RunAsync(WorkflowActivityContext context, string input)
    {
        var opened = await Journal.ReadAsync($"gate:{input}", count: 1, TimeSpan.FromSeconds(30));
        return opened.Count > 0 ? input : throw new TimeoutException($"nobody opened gate {input}");
    }
}

/// <summary>Fails as often as it is told to, counting over all its attempts.</summary>
internal sealed class Boom : WorkflowActivity<BoomInput, string>
{
    public override Task<string> RunAsync(WorkflowActivityContext context, BoomInput input)
    {
        var attempt = Journal.Note($"boom:{input.Key}", context.TaskExecutionKey);
        return attempt <= input.Failures ? throw new InvalidOperationException($"boom {attempt}") : Task.FromResult($"fine at {attempt}");
    }
}

internal sealed record BoomInput(string Key, int Failures);

/// <summary>Gets a service by its constructor.</summary>
internal sealed class Greet(Greeting greeting) : WorkflowActivity<string, string>
{
    public override Task<string> RunAsync(WorkflowActivityContext context, string input) => Task.FromResult(greeting.For(input));
}
