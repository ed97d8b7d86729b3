using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow;

/// <summary>
/// A step of workflows that may do anything: read files, call services, compute. It runs at least once, so it must be safe to run again.
/// </summary>
/// <typeparam name="TInput">The type of the input.</typeparam>
/// <typeparam name="TOutput">The type of the result.</typeparam>
public abstract class WorkflowActivity<TInput, TOutput> : IWorkflowActivity
{
    Type IWorkflowActivity.InputType => typeof(TInput);

    Type IWorkflowActivity.OutputType => typeof(TOutput);

    /// <inheritdoc/>
    public async Task<object?> RunAsync(WorkflowActivityContext context, object? input) =>
        await RunAsync(context, input is null ? default! : (TInput)input).ConfigureAwait(false);

    /// <summary>The activity's code.</summary>
    /// <param name="context">Which call this is.</param>
    /// <param name="input">The input; the type's default when there is none.</param>
    public abstract Task<TOutput> RunAsync(WorkflowActivityContext context, TInput input);
}
