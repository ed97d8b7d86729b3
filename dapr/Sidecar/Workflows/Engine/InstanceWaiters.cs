using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Engine;

/// <summary>Callers that wait for an instance to change. Thread-safe.</summary>
internal sealed class InstanceWaiters
{
    private readonly Dictionary<InstanceKey, TaskCompletionSource> _waiters = [];
    private readonly Lock _gate = new();

    /// <summary>Ends at the next change that is told after this call.</summary>
    public Task NextAsync(InstanceKey key)
    {
        lock (_gate)
        {
            if (!_waiters.TryGetValue(key, out var waiter))
            {
                _waiters[key] = waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return waiter.Task;
        }
    }

    /// <summary>Tells all who wait that an instance changed.</summary>
    public void Changed(InstanceKey key)
    {
        TaskCompletionSource? waiter;
        lock (_gate)
        {
            _waiters.Remove(key, out waiter);
        }

        waiter?.SetResult();
    }
}
