namespace Dapr.Workflow;

/// <summary>An activity or a child workflow failed.</summary>
public class WorkflowTaskFailedException : Exception
{
    /// <summary>An exception with what is known of the failure.</summary>
    public WorkflowTaskFailedException(string message, WorkflowTaskFailureDetails failureDetails)
        : base(message)
    {
        ArgumentNullException.ThrowIfNull(failureDetails);
        FailureDetails = failureDetails;
    }

    /// <summary>What is known of the failure.</summary>
    public WorkflowTaskFailureDetails FailureDetails { get; }
}
