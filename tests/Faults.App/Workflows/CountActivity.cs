using Dapr.Workflow;
using Serverless.Storage;

namespace Serverless.Faults.App.Workflows;

/// <summary>A number, and how long it takes to see it.</summary>
public sealed record Work(int Number, int Milliseconds = 0);

/// <summary>Gives its number back, and notes in the journal when it began and when it was done.</summary>
public sealed class CountActivity(Journal journal, TimeProvider time) : WorkflowActivity<Work, int>
{
    /// <inheritdoc />
    public override async Task<int> RunAsync(WorkflowActivityContext context, Work input)
    {
        journal.Add("activity-began", context.InstanceId, context.TaskExecutionKey);
        Failpoints.Hit(AppPoints.ActivityRunning);
        if (input.Milliseconds > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(input.Milliseconds), time);
        }

        journal.Add("activity-done", context.InstanceId, context.TaskExecutionKey);
        Failpoints.Hit(AppPoints.ActivityComputed);
        return input.Number;
    }
}
