using Dapr.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>
/// Activities by their execution ids. Nearly every history is matched by ids alone, so execution ids are computed only when an end comes
/// that its id does not match.
/// </summary>
internal sealed class ActivityExecutions
{
    private readonly List<IOpenActivity> unnamed = [];
    private readonly Dictionary<string, IOpenActivity> byExecutionId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HistoryEvent> early = new(StringComparer.Ordinal);

    /// <summary>Adds an activity; returns its end when that has come before.</summary>
    public HistoryEvent? Add(IOpenActivity task)
    {
        if (early.Count == 0)
        {
            unnamed.Add(task);
            return null;
        }

        byExecutionId[task.ExecutionId] = task;
        return early.Remove(task.ExecutionId, out var end) ? end : null;
    }

    /// <summary>The activity of an execution id. Null when the code has not called it yet.</summary>
    public IOpenActivity? Find(string executionId)
    {
        foreach (var task in unnamed)
        {
            byExecutionId[task.ExecutionId] = task;
        }

        unnamed.Clear();
        return byExecutionId.GetValueOrDefault(executionId);
    }

    /// <summary>Keeps an end until its activity is called.</summary>
    public void Keep(string executionId, HistoryEvent end) => early.TryAdd(executionId, end);
}
