using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Turns;

/// <summary>An execution ends: its end is stored, its timers go, its parent is told, its retention begins.</summary>
internal static class Ending
{
    /// <summary>Ends an execution; the parent, if it has one, is among the change's instances.</summary>
    public static void Apply(WorkflowEngine engine, Change change, Execution execution, InstanceRow row, Encoded end)
    {
        var completed = end.Event.ExecutionCompleted;
        var (key, executionKey, at) = (row.Key, row.ExecutionKey, end.Event.Timestamp.ToDateTime());
        execution.Append(end.Event, end.Bytes.Length);
        var timers = execution.OpenTimers.Keys.Append(TimerKey.Start).ToArray();
        change.Write(store =>
        {
            EventRows.Insert(store, key, executionKey, EventRows.End, end.Bytes);
            TimerRows.DeleteAll(store, executionKey);
        });
        change.Save(execution, row with { Status = completed.WorkflowStatus, Completed = at, Updated = at, Stall = null, Suspended = false });
        Keep(engine, change, row, completed.WorkflowStatus, at);
        TellParent(engine, change, execution, completed, at);
        change.Then(() =>
        {
            ForgetTimers(engine, execution, timers);
            engine.Metrics.Ended(key.AppId, completed.WorkflowStatus);
            engine.Waiters.Changed(key);
        });
    }

    /// <summary>Takes timers of an execution out of the queue.</summary>
    public static void ForgetTimers(WorkflowEngine engine, Execution execution, IEnumerable<int> timers)
    {
        foreach (var timer in timers)
        {
            engine.Timers.Remove(new TimerKey(execution.Key, execution.Row.ExecutionKey, timer));
        }
    }

    private static void Keep(WorkflowEngine engine, Change change, InstanceRow row, OrchestrationStatus status, DateTime at)
    {
        var retention = engine.Rules.Retention(engine.Options.WorkflowRetention);
        var kept = status switch
        {
            OrchestrationStatus.Completed => retention.Completed,
            OrchestrationStatus.Terminated => retention.Terminated,
            _ => retention.Failed,
        };
        if (kept is { } span)
        {
            var timer = new TimerKey(row.Key, row.ExecutionKey, TimerKey.Retention);
            change.Write(store => TimerRows.Insert(store, timer, at + span));
            change.Then(() => engine.Timers.Set(timer, at + span));
        }
    }

    private static void TellParent(WorkflowEngine engine, Change change, Execution execution, ExecutionCompletedEvent completed, DateTime at)
    {
        if (execution.Start?.ExecutionStarted.ParentInstance is not { } info || execution.Row.Parent is not { } parentKey)
        {
            return;
        }

        // A parent that ended, or goes on as another execution, does not wait for this child any more.
        if (change[parentKey] is { Row.IsFinished: false } parent
            && parent.Row.ExecutionId == info.WorkflowInstance.ExecutionId
            && parent.OpenChildren.TryGetValue(info.TaskScheduledId, out var created)
            && created.ChildWorkflowInstanceCreated.InstanceId == execution.Key.InstanceId)
        {
            parent.OpenChildren.Remove(info.TaskScheduledId);
            change.Deliver(parent, Encoded.Of(Events.ChildEnded(at, info.TaskScheduledId, completed)));
            change.Then(() => engine.Dispatcher.Wake(parent));
        }
    }
}
