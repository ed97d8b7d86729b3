using Dapr.Common.Serialization;
using Dapr.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>The actions that end an instance. Their id is 0.</summary>
internal static class Completion
{
    /// <summary>The end of code that has run to its end.</summary>
    public static WorkflowAction Of(Task<object?> run, IDaprSerializer serializer)
    {
        try
        {
            var output = run.GetAwaiter().GetResult();
            var result = output is null ? serializer.Serialize(output) : serializer.Serialize(output, output.GetType());
            return new WorkflowAction
            {
                CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Completed, Result = result },
            };
        }
        catch (Exception failure)
        {
            return Failed(Failures.Of(failure, isNonRetriable: true));
        }
    }

    /// <summary>The end of an instance that failed.</summary>
    public static WorkflowAction Failed(TaskFailureDetails details) => new()
    {
        CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Failed, FailureDetails = details },
    };

    /// <summary>The end of an instance that was terminated.</summary>
    public static WorkflowAction Terminated(string? output) => new()
    {
        CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Terminated, Result = output },
    };
}
