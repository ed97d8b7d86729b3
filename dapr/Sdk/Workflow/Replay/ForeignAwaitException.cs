namespace Dapr.Workflow.Replay;

/// <summary>
/// The code of a workflow awaits something that its history knows nothing of, so that a replay could not repeat it.
/// </summary>
internal sealed class ForeignAwaitException(string workflow, string instanceId, string place, string actual)
    : InvalidOperationException(
        $"Workflow '{workflow}' (instance '{instanceId}') awaits a task that is not its context's, {place}. "
        + "Expected: a task of WorkflowContext (CallActivityAsync, CallChildWorkflowAsync, CreateTimer, WaitForExternalEventAsync) "
        + $"or a combination of such tasks. Actual: {actual}. Use CreateTimer in the place of Task.Delay, and do what needs "
        + "Task.Run, Task.Yield, HttpClient or other I/O in an activity.");
