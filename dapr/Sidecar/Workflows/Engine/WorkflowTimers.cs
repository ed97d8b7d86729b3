using Dapr.Sidecar.Scheduling;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Engine;

/// <summary>The timers of all workflows, by due time.</summary>
internal sealed class WorkflowTimers : IDisposable
{
    private readonly DueQueue<TimerKey> _queue;
    private Func<TimerKey, DateTimeOffset, Task> _due = (_, _) => Task.CompletedTask;

    public WorkflowTimers(TimeProvider time) => _queue = new DueQueue<TimerKey>(time, (key, dueAt) => _ = _due(key, dueAt));

    /// <summary>Says what happens to a timer that falls due; before the first one is set.</summary>
    public void OnDue(Func<TimerKey, DateTimeOffset, Task> due) => _due = due;

    /// <summary>Sets a timer.</summary>
    public void Set(TimerKey timer, DateTime due) => _queue.Set(timer, new DateTimeOffset(due, TimeSpan.Zero));

    /// <summary>Forgets a timer.</summary>
    public void Remove(TimerKey timer) => _queue.Remove(timer);

    public void Dispose() => _queue.Dispose();
}
