using System.Collections.Concurrent;
using Dapr.Protocol;

namespace Dapr.Workflow.Worker;

/// <summary>The activities that run now. A sidecar that lost a connection, or an acknowledgement, may ask for one again while it still runs.</summary>
internal sealed class InFlightActivities
{
    private readonly ConcurrentDictionary<Key, Run> runs = new();

    /// <summary>Runs an activity, unless the same call of it runs already: then that run's outcome is the answer.</summary>
    public async Task<ActivityOutcome> RunAsync(ActivityRequest request, Func<ActivityRequest, Task<ActivityOutcome>> run)
    {
        var key = new Key(
            request.WorkflowInstance?.InstanceId ?? "", request.WorkflowInstance?.ExecutionId, request.TaskExecutionId, request.TaskId);
        var mine = new Run(request);
        var first = runs.GetOrAdd(key, mine);
        if (first != mine && first.IsFor(request))
        {
            return await first.Outcome.Task.ConfigureAwait(false);
        }

        // Ids repeat when a sidecar sends no execution id: another input is another call.
        var outcome = await run(request).ConfigureAwait(false);
        if (first == mine)
        {
            runs.TryRemove(key, out _);
            mine.Outcome.SetResult(outcome);
        }

        return outcome;
    }

    private readonly record struct Key(string InstanceId, string? ExecutionId, string TaskExecutionId, int TaskId);

    private sealed class Run(ActivityRequest request)
    {
        public TaskCompletionSource<ActivityOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsFor(ActivityRequest other) => request.Name == other.Name && request.Input == other.Input;
    }
}
