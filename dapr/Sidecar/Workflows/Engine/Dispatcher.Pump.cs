using Dapr.Sidecar.Workflows.Activities;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Turns;
using Dapr.Sidecar.Workflows.Workers;

namespace Dapr.Sidecar.Workflows.Engine;

/// <summary>When an execution takes its next turn, and how work moves from the queues to the streams.</summary>
internal sealed partial class Dispatcher
{
    /// <summary>Turns that take longer than this are worth waiting for more events.</summary>
    private static readonly TimeSpan CostlyTurn = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan MaxDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>Queues an execution if events wait for it and it may take a turn.</summary>
    public void Wake(Execution execution)
    {
        if (execution.Queued || execution.Delayed || !IsReady(execution))
        {
            return;
        }

        if (DelayOf(execution) is { Ticks: > 0 } delay)
        {
            execution.Delayed = true;
            engine.WakeAfter(execution, delay);
            return;
        }

        execution.Queued = true;
        var pool = Pool(execution.Key.AppId);
        pool.Turns.Enqueue(execution);
        PumpTurns(pool);
    }

    private bool IsReady(Execution execution) =>
        !_stopped
        && execution is { Abandoned: false, Turn: null, TurnIsWritten: true, TooLarge: false, IsUnreadable: false, Row: { IsFinished: false, Suspended: false } }
        && execution.Inbox.Count > 0
        && (execution.Row.Turn > 0 || !(execution.Start!.ExecutionStarted.ScheduledStartTimestamp?.ToDateTime() > engine.Now));

    /// <summary>
    /// Every turn sends and replays the whole history: with a long one and much still running, a turn for each result would cost the square
    /// of their number. So turns take a third of the time at most, unless nothing else is awaited.
    /// </summary>
    private TimeSpan DelayOf(Execution execution)
    {
        var (ended, took) = execution.LastTurn;
        if (took < CostlyTurn || execution.OpenActivities.Count + execution.OpenChildren.Count == 0)
        {
            return TimeSpan.Zero;
        }

        var wait = took * 2;
        return (wait < MaxDelay ? wait : MaxDelay) - engine.Time.GetElapsedTime(ended);
    }

    private void Pump(WorkerPool pool)
    {
        PumpTurns(pool);
        PumpActivities(pool);
    }

    private void PumpTurns(WorkerPool pool)
    {
        while (!_stopped && pool.Turns.TryPeek(out var execution))
        {
            if (!IsReady(execution))
            {
                pool.Turns.Dequeue();
                execution.Queued = false;
            }
            else if (engine.Rules.MaxTurns is { } maxTurns && pool.TurnsRunning >= maxTurns)
            {
                return;
            }
            else if (pool.ForTurn(execution, engine.Options.MaxTurnsPerWorker) is { } stream)
            {
                pool.Turns.Dequeue();
                execution.Queued = false;
                Send(execution, stream);
            }
            else if (pool.IsRefused(execution))
            {
                pool.Turns.Dequeue();
                pool.Refused.Add(execution);
            }
            else
            {
                return;
            }
        }
    }

    private void PumpActivities(WorkerPool pool)
    {
        while (!_stopped && pool.Activities.TryPeek(out var activity))
        {
            if (!activity.IsOpen)
            {
                pool.Activities.Dequeue();
                _activities.Remove(activity.Key);
            }
            else if (engine.Rules.MaxActivities is { } maxActivities && pool.ActivitiesRunning >= maxActivities)
            {
                return;
            }
            else if (pool.ForActivity(engine.Options.MaxActivitiesPerWorker) is { } stream)
            {
                pool.Activities.Dequeue();
                Send(activity, stream);
            }
            else
            {
                return;
            }
        }
    }

    private void Send(ActivityDispatch activity, WorkerStream stream)
    {
        activity.Token = NextToken();
        activity.Stream = stream;
        activity.SentAt = engine.Time.GetTimestamp();
        _activitiesByToken.Add(activity.Token, activity);
        stream.Activities.Add(activity);
        stream.Send(activity.ToWorkItem());
    }

    private void Send(Execution execution, WorkerStream stream)
    {
        var events = TurnSeal.Take(execution, engine.MaxPayload, out var tooLarge);
        if (tooLarge is not null)
        {
            execution.TooLarge = true;
            TooLarge(execution, tooLarge);
            return;
        }

        if (events.Count == 0)
        {
            return;
        }

        var now = engine.Now;
        var streamsHistory = execution.HistoryBytes + events.Sum(waiting => waiting.Size) > engine.MaxPayload;
        var started = Events.WorkflowStarted(now > execution.Clock ? now : execution.Clock);
        var turn = new TurnDispatch(execution, NextToken(), events, started, streamsHistory) { Stream = stream, SentAt = engine.Time.GetTimestamp() };
        execution.Turn = turn;
        _turns.Add(turn.Token, turn);
        stream.Turns.Add(turn);
        stream.Send(turn.ToWorkItem());
    }

    private string NextToken() => engine.Sequence.Next().ToString("x");
}
