namespace Dapr.Workflow;

/// <summary>
/// A durable function: its code runs again from the beginning whenever something that it waits for has happened, and everything that has
/// happened before is answered from its history. So the code must be deterministic: it takes time, ids and everything else from its
/// context and awaits tasks of the context only.
/// </summary>
/// <typeparam name="TInput">The type of the input.</typeparam>
/// <typeparam name="TOutput">The type of the result.</typeparam>
public abstract class Workflow<TInput, TOutput> : IWorkflow
{
    Type IWorkflow.InputType => typeof(TInput);

    Type IWorkflow.OutputType => typeof(TOutput);

    /// <summary>The workflow's code.</summary>
    /// <param name="context">What the code may do durably.</param>
    /// <param name="input">The input; the type's default when the workflow was started without one.</param>
    public abstract Task<TOutput> RunAsync(WorkflowContext context, TInput input);

    async Task<object?> IWorkflow.RunAsync(WorkflowContext context, object? input) =>
        await RunAsync(context, input is null ? default! : (TInput)input).ConfigureAwait(false);
}
