namespace Dapr.Workflow.Abstractions;

/// <summary>An activity without its types: what the worker runs. Derive from <see cref="WorkflowActivity{TInput, TOutput}"/> instead of implementing it.</summary>
public interface IWorkflowActivity
{
    /// <summary>The type of the input.</summary>
    Type InputType { get; }

    /// <summary>The type of the result.</summary>
    Type OutputType { get; }

    /// <summary>Runs the activity.</summary>
    Task<object?> RunAsync(WorkflowActivityContext context, object? input);
}
