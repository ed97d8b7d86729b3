using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Manage;

/// <summary>Removes instances that have ended, with their children if asked; with force also those that have not.</summary>
internal sealed class PurgeInstance(WorkflowEngine engine, TerminateChildren terminateChildren)
{
    /// <summary>Removes one instance; gives the number of instances that were removed.</summary>
    /// <exception cref="WorkflowException">There is no such instance, or it has not ended.</exception>
    public async Task<int> RunAsync(InstanceKey key, bool recursive, bool force)
    {
        if (!await engine.ChangeAsync([key], change => change[key] is not null))
        {
            throw WorkflowException.NotFound(key);
        }

        // Children that are still to be terminated could not be found any more once their parent is gone.
        await terminateChildren.CascadeAsync(key);
        var children = recursive ? await engine.Store.ReadAsync(store => InstanceRows.Children(store, key)) : [];
        var removed = 0;
        foreach (var child in children)
        {
            // A child that runs on is left alone: it is no part of what ended.
            if (force || await IsFinishedAsync(child))
            {
                removed += await RunAsync(child, recursive: true, force);
            }
        }

        engine.Points.Hit(WorkflowPoints.PurgeBeforeCommit);
        removed += await engine.ChangeAsync(await engine.WithParentAsync(key), change => Remove(change, key, force));
        engine.Points.Hit(WorkflowPoints.PurgeAfterCommit);
        return removed;
    }

    /// <summary>Removes an app's instances that ended, were created in a span of time and have one of some statuses.</summary>
    public async Task<int> RunAsync(string appId, PurgeInstanceFilter filter, bool recursive)
    {
        var from = filter.CreatedTimeFrom?.ToDateTime() ?? DateTime.MinValue;
        var to = filter.CreatedTimeTo?.ToDateTime() ?? DateTime.MaxValue;
        var rows = await engine.Store.ReadAsync(store => InstanceRows.Created(store, appId, from, to));
        var removed = 0;
        foreach (var row in rows.Where(row => row.IsFinished && (filter.RuntimeStatus.Count == 0 || filter.RuntimeStatus.Contains(row.Shown))))
        {
            try
            {
                removed += await RunAsync(row.Key, recursive, force: false);
            }
            catch (WorkflowException)
            {
                // Removed with its parent, or used again since: not what the filter meant.
            }
        }

        return removed;
    }

    /// <summary>Removes an instance whose time is over, if it is still that execution.</summary>
    public Task RetireAsync(TimerKey timer) =>
        engine.ChangeAsync([timer.Instance], change =>
        {
            if (change[timer.Instance] is { Row: { IsFinished: true, Cascade: false } } execution && execution.Row.ExecutionKey == timer.ExecutionKey)
            {
                change.Remove(timer.Instance);
            }

            return true;
        });

    private Task<bool> IsFinishedAsync(InstanceKey key) => engine.ChangeAsync([key], change => change[key] is { Row.IsFinished: true });

    private int Remove(Change change, InstanceKey key, bool force)
    {
        if (change[key] is not { } execution)
        {
            return 0;
        }

        if (!execution.Row.IsFinished)
        {
            if (!force)
            {
                throw new WorkflowException(
                    WorkflowError.WrongState, $"cannot purge the workflow '{key.InstanceId}': it is {execution.Row.Shown.ToString().ToUpperInvariant()}, not in a terminal state");
            }

            TerminateInstance.Apply(engine, change, execution, output: null, recurse: false);
        }

        var timer = new TimerKey(key, execution.Row.ExecutionKey, TimerKey.Retention);
        change.Remove(key);
        change.Then(() =>
        {
            engine.Timers.Remove(timer);
            engine.Waiters.Changed(key);
        });
        return 1;
    }
}
