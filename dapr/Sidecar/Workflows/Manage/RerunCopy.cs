using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;
using EventCase = Dapr.Protocol.HistoryEvent.EventTypeOneofCase;

namespace Dapr.Sidecar.Workflows.Manage;

/// <summary>
/// Copies a history up to and with one event into a new execution. Other tasks that were open there get the result that they had; those
/// that never had one run again.
/// </summary>
internal sealed class RerunCopy(WorkflowEngine engine, Change change, Execution old, NewInstance created, int at, RerunWorkflowFromEventRequest request)
{
    private readonly Execution _execution = created.Execution;
    private HistoryEvent? _rerun;

    public void Apply()
    {
        change.Remove(created.Key);
        change.Slots[created.Key].Execution = _execution;
        _execution.Start = created.Start.Event;
        var writes = CopyTurns();
        var row = _execution.Row with { Status = OrchestrationStatus.Running, Started = engine.Now, Turn = writes.Turns, Consumed = writes.Consumed };
        _execution.Row = row;
        change.Write(store =>
        {
            InstanceRows.Insert(store, row);
            writes.Run(store);
        });
        Resolve();
        change.Then(() =>
        {
            foreach (var scheduled in _execution.OpenActivities.Values)
            {
                engine.Dispatcher.Queue(_execution, scheduled);
            }

            engine.Dispatcher.Wake(_execution);
            engine.Waiters.Changed(created.Key);
        });
    }

    private RerunWrites CopyTurns()
    {
        var writes = new RerunWrites(engine.Sequence, _execution.Row);
        for (var i = 0; i <= at; i++)
        {
            var copied = i == at ? _rerun = Rerun(old.History[i].Clone()) : old.History[i].ExecutionStarted is null ? old.History[i] : created.Start.Event;
            writes.Add(copied);
            _execution.Track(copied);
            _execution.Append(copied, copied.CalculateSize());
        }

        writes.EndTurn();
        return writes;
    }

    /// <summary>The event to run again, with what the caller changes about it.</summary>
    private HistoryEvent Rerun(HistoryEvent scheduled)
    {
        var origin = new RerunParentInstanceInfo { InstanceID = old.Key.InstanceId };
        switch (scheduled.EventTypeCase)
        {
            case EventCase.TaskScheduled:
                scheduled.TaskScheduled.RerunParentInstanceInfo = origin;
                scheduled.TaskScheduled.Input = request.OverwriteInput ? request.Input : scheduled.TaskScheduled.Input;
                break;
            case EventCase.TimerCreated:
                scheduled.TimerCreated.RerunParentInstanceInfo = origin;
                break;
            default:
                var child = scheduled.ChildWorkflowInstanceCreated;
                child.RerunParentInstanceInfo = origin;
                child.Input = request.OverwriteInput ? request.Input : child.Input;
                child.InstanceId = request.NewChildWorkflowInstanceID;
                break;
        }

        return scheduled;
    }

    private void Resolve()
    {
        foreach (var later in old.History.Skip(at + 1))
        {
            if (Resolves(later) is { } id && id != _rerun!.EventId && _execution.Track(later))
            {
                change.Deliver(_execution, Encoded.Of(later));
            }
        }

        foreach (var (id, timer) in _execution.OpenTimers)
        {
            var key = new TimerKey(created.Key, _execution.Row.ExecutionKey, id);
            var due = timer.TimerCreated.FireAt.ToDateTime();
            if (!TimerRows.Fires(due))
            {
                continue;
            }

            change.Write(store => TimerRows.Insert(store, key, due));
            change.Then(() => engine.Timers.Set(key, due));
        }

        foreach (var (id, child) in _execution.OpenChildren.ToArray())
        {
            StartChild(id, child);
        }
    }

    private void StartChild(int id, HistoryEvent recorded)
    {
        var child = recorded.ChildWorkflowInstanceCreated;
        var key = new InstanceKey(recorded.Router?.TargetAppID ?? created.Key.AppId, child.InstanceId);
        if (!ReferenceEquals(recorded, _rerun) || !change.Slots.TryGetValue(key, out var slot) || slot.Execution is { Row.IsFinished: false })
        {
            _execution.OpenChildren.Remove(id);
            change.Deliver(_execution, Encoded.Of(Events.ChildFailed(engine.Now, id, Events.Failure("WorkflowInstanceInUse", WorkflowException.InUse(key).Message))));
            return;
        }

        var started = new ExecutionStartedEvent
        {
            Name = child.Name,
            Version = child.Version,
            Input = child.Input,
            ParentTraceContext = child.ParentTraceContext,
            ParentInstance = new ParentInstanceInfo
            {
                TaskScheduledId = id,
                Name = _execution.Row.Name,
                WorkflowInstance = new WorkflowInstance { InstanceId = created.Key.InstanceId, ExecutionId = _execution.Row.ExecutionId },
                AppID = created.Key.AppId,
            },
        };
        CreateInstance.Apply(engine, change, NewInstance.Of(engine.Sequence.Next(), key, null, engine.Now, started, created.Key.AppId));
    }

    private static int? Resolves(HistoryEvent historyEvent) => historyEvent.EventTypeCase switch
    {
        EventCase.TaskCompleted => historyEvent.TaskCompleted.TaskScheduledId,
        EventCase.TaskFailed => historyEvent.TaskFailed.TaskScheduledId,
        EventCase.TimerFired => historyEvent.TimerFired.TimerId,
        EventCase.ChildWorkflowInstanceCompleted => historyEvent.ChildWorkflowInstanceCompleted.TaskScheduledId,
        EventCase.ChildWorkflowInstanceFailed => historyEvent.ChildWorkflowInstanceFailed.TaskScheduledId,
        _ => null,
    };
}
