using Dapr.Workflow;

namespace Serverless.Conformance.App.Workflows;

/// <summary>A fan-out.</summary>
internal sealed class Squares : Workflow<int[], int[]>
{
    public override Task<int[]> RunAsync(WorkflowContext context, int[] input) =>
        Task.WhenAll(input.Select(number => context.CallActivityAsync<int>(nameof(Square), number)));
}

/// <summary>Which of several activities ends first.</summary>
internal sealed class FirstOf : Workflow<string[], string>
{
    public override async Task<string> RunAsync(WorkflowContext context, string[] input)
    {
        var tasks = input.Select(gate => context.CallActivityAsync<string>(nameof(Gate), gate)).ToArray();
        return await await Task.WhenAny(tasks);
    }
}

/// <summary>One activity under a retry policy.</summary>
internal sealed class Retrying : Workflow<RetryInput, string>
{
    public override Task<string> RunAsync(WorkflowContext context, RetryInput input) => context.CallActivityAsync<string>(
        nameof(Boom),
        new BoomInput(context.InstanceId, input.Failures),
        new WorkflowTaskOptions(new WorkflowRetryPolicy(input.Attempts, TimeSpan.FromSeconds(input.FirstSeconds), input.Coefficient)));
}

internal sealed record RetryInput(int Attempts, int Failures, double FirstSeconds, double Coefficient);

/// <summary>Calls a child and tells how that went.</summary>
internal sealed class Parent : Workflow<ParentInput, ParentReport>
{
    public override async Task<ParentReport> RunAsync(WorkflowContext context, ParentInput input)
    {
        try
        {
            var options = input.ChildId is null ? null : new ChildWorkflowTaskOptions(InstanceId: input.ChildId);
            return new ParentReport(await context.CallChildWorkflowAsync<string>(input.Child, input.Input, options));
        }
        catch (WorkflowTaskFailedException failure)
        {
            return new ParentReport(null, failure.Message, failure.FailureDetails.ErrorType, failure.FailureDetails.ErrorMessage);
        }
    }
}

internal sealed record ParentInput(string Child, string? ChildId = null, string? Input = null);

internal sealed record ParentReport(string? Result, string? Message = null, string? ErrorType = null, string? ErrorMessage = null);

/// <summary>Calls an activity that no app has.</summary>
internal sealed class CallsMissingActivity : Workflow<object?, ParentReport>
{
    public override async Task<ParentReport> RunAsync(WorkflowContext context, object? input)
    {
        try
        {
            return new ParentReport(await context.CallActivityAsync<string>("Missing"));
        }
        catch (WorkflowTaskFailedException failure)
        {
            return new ParentReport(null, failure.Message, failure.FailureDetails.ErrorType, failure.FailureDetails.ErrorMessage);
        }
    }
}
