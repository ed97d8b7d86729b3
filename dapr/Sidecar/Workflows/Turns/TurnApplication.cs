using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Manage;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Turns;

/// <summary>Applies what a turn amounts to, under the engine's lock.</summary>
internal sealed class TurnApplication(WorkflowEngine engine, Change change, TurnDispatch turn, TurnOutcome outcome)
{
    private readonly Execution _execution = turn.Execution;

    public void Apply(HistoryEvent started, byte[] bytes, string? customStatus)
    {
        var now = Max(started.Timestamp.ToDateTime(), engine.Now);
        var took = engine.Time.GetElapsedTime(turn.SentAt);
        engine.Metrics.Turn(_execution.Key.AppId, took);
        engine.Dispatcher.Forget(turn);
        _execution.LastTurn = (engine.Time.GetTimestamp(), took);
        _execution.RefusedBy.Clear();
        AddToHistory(started, bytes.Length);
        var row = _execution.Row with
        {
            Status = OrchestrationStatus.Running,
            Started = _execution.Row.Started ?? started.Timestamp.ToDateTime(),
            Updated = now,
            CustomStatus = customStatus,
            Stall = null,
            Turn = _execution.Row.Turn + 1,
            Consumed = turn.Events[^1].Position,
        };

        RequireEvents(row);
        StartOthers();
        if (outcome.ContinueAsNew is { } next)
        {
            ContinueAsNew.Apply(engine, change, _execution, row, next);
            return;
        }

        change.Write(store => TurnRows.Insert(store, row.ExecutionKey, row.Turn, row.Consumed, bytes));
        if (outcome.End is { } end)
        {
            Ending.Apply(engine, change, _execution, row, end);
            return;
        }

        change.Save(_execution, row);
        _execution.TurnIsWritten = false;
        CreateTimers(row);
        foreach (var resolution in outcome.Resolutions)
        {
            if (_execution.Track(resolution.Event))
            {
                change.Deliver(_execution, resolution);
            }
        }

        change.Then(() =>
        {
            _execution.TurnIsWritten = true;
            foreach (var scheduled in outcome.Activities)
            {
                engine.Dispatcher.Queue(_execution, scheduled);
            }

            engine.Dispatcher.Wake(_execution);
            engine.Waiters.Changed(_execution.Key);
        });
    }

    /// <summary>The turn may have begun before its events were on the disk: should one of them not have got there, neither does the answer.</summary>
    private void RequireEvents(InstanceRow row)
    {
        if (!turn.Events.All(consumed => consumed.Committed))
        {
            var (first, last, count) = (turn.Events[0].Position, turn.Events[^1].Position, turn.Events.Count);
            change.Write(store => EventRows.Require(store, row.Key, row.ExecutionKey, first, last, count));
        }
    }

    private void AddToHistory(HistoryEvent started, int size)
    {
        _execution.Append(started, size);
        foreach (var consumed in turn.Events)
        {
            _execution.Append(consumed.Event, consumed.Size);
        }

        _execution.Inbox.RemoveRange(0, turn.Events.Count);
        foreach (var added in outcome.Events)
        {
            _execution.Append(added, 0);
            _execution.Track(added);
        }
    }

    private void StartOthers()
    {
        foreach (var child in outcome.Children)
        {
            if (change[child.Instance.Key] is { Row: { IsFinished: false } or { Cascade: true } })
            {
                var failure = Events.Failure("WorkflowInstanceInUse", WorkflowException.InUse(child.Instance.Key).Message);
                outcome.Resolutions.Add(Encoded.Of(Events.ChildFailed(engine.Now, child.Created.EventId, failure)));
            }
            else
            {
                CreateInstance.Apply(engine, change, child.Instance);
            }
        }

        foreach (var detached in outcome.Detached)
        {
            if (change[detached.Key] is null or { Row: { IsFinished: true, Cascade: false } })
            {
                CreateInstance.Apply(engine, change, detached);
            }
        }

        foreach (var sent in outcome.Sent)
        {
            if (change[sent.Target] is { Row.IsFinished: false } target && (target != _execution || outcome.End is null))
            {
                change.Deliver(target, sent.Event);
                change.Then(() => engine.Dispatcher.Wake(target));
            }
        }

        foreach (var termination in outcome.Terminations)
        {
            if (change[termination.Target] is { Row.IsFinished: false } target && target != _execution)
            {
                TerminateInstance.Apply(engine, change, target, termination.Reason, termination.Recurse);
            }
        }
    }

    private void CreateTimers(InstanceRow row)
    {
        foreach (var created in outcome.Timers)
        {
            var due = created.TimerCreated.FireAt.ToDateTime();
            if (TimerRows.Fires(due))
            {
                var timer = new TimerKey(row.Key, row.ExecutionKey, created.EventId);
                change.Write(store => TimerRows.Insert(store, timer, due));
                change.Then(() => engine.Timers.Set(timer, due));
            }
        }
    }

    private static DateTime Max(DateTime one, DateTime other) => one > other ? one : other;
}
