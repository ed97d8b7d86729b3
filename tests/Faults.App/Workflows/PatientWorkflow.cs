using Dapr.Workflow;

namespace Serverless.Faults.App.Workflows;

/// <summary>Waits until it is terminated, with so many generations of children below it.</summary>
public sealed class PatientWorkflow : Workflow<int, int>
{
    /// <inheritdoc />
    public override async Task<int> RunAsync(WorkflowContext context, int input)
    {
        if (input == 0)
        {
            return await context.WaitForExternalEventAsync<int>("never");
        }

        return await context.CallChildWorkflowAsync<int>(
            nameof(PatientWorkflow), input - 1, new ChildWorkflowTaskOptions(InstanceId: $"{context.InstanceId}-child"));
    }
}
