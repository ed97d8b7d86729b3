namespace Dapr.Workflow;

/// <summary>A workflow without its types: what the worker runs. Derive from <see cref="Workflow{TInput, TOutput}"/> instead of implementing it.</summary>
public interface IWorkflow
{
    /// <summary>The type of the input.</summary>
    Type InputType { get; }

    /// <summary>The type of the result.</summary>
    Type OutputType { get; }

    /// <summary>Runs the workflow's code from its beginning.</summary>
    Task<object?> RunAsync(WorkflowContext context, object? input);
}
