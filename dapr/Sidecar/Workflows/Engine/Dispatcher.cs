using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Activities;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Turns;
using Dapr.Sidecar.Workflows.Workers;

namespace Dapr.Sidecar.Workflows.Engine;

/// <summary>
/// Gives turns and activities to the workers' streams, knows what each stream has, and gives it to another one when a stream breaks. All
/// members are called under the engine's lock.
/// </summary>
internal sealed partial class Dispatcher(WorkflowEngine engine)
{
    private readonly Dictionary<string, WorkerPool> _pools = [];
    private readonly Dictionary<string, TurnDispatch> _turns = [];
    private readonly Dictionary<string, ActivityDispatch> _activitiesByToken = [];
    private readonly Dictionary<ActivityKey, ActivityDispatch> _activities = [];
    private long _lastStream;
    private bool _stopped;
    private TaskCompletionSource? _drained;

    /// <summary>Told of an execution whose next event alone is larger than a work item may be.</summary>
    public Action<Execution, string> TooLarge { get; set; } = (_, _) => { };

    /// <summary>The streams and queues of an app.</summary>
    public WorkerPool Pool(string appId)
    {
        if (!_pools.TryGetValue(appId, out var pool))
        {
            _pools[appId] = pool = new WorkerPool(appId);
        }

        return pool;
    }

    /// <summary>Queues an open activity, unless it waits or runs already.</summary>
    public void Queue(Execution execution, HistoryEvent scheduled)
    {
        var key = new ActivityKey(execution.Row.ExecutionKey, scheduled.EventId);
        if (_activities.TryGetValue(key, out var known))
        {
            known.Execution = execution;
            return;
        }

        var activity = new ActivityDispatch(execution, scheduled, scheduled.Router?.TargetAppID is { Length: > 0 } target ? target : execution.Key.AppId);
        _activities.Add(key, activity);
        var pool = Pool(activity.TargetApp);
        pool.Activities.Enqueue(activity);
        PumpActivities(pool);
    }

    /// <summary>Opens a worker's stream; what no other stream could run is tried with it.</summary>
    public WorkerStream Connect(string appId)
    {
        var pool = Pool(appId);
        var stream = new WorkerStream(++_lastStream, pool);
        if (_stopped)
        {
            stream.Close();
            return stream;
        }

        pool.Streams.Add(stream);
        var refused = pool.Refused.ToArray();
        pool.Refused.Clear();
        foreach (var execution in refused)
        {
            execution.Queued = false;
            Wake(execution);
        }

        Pump(pool);
        return stream;
    }

    /// <summary>Ends a stream: what its worker had and has not answered goes to others.</summary>
    public void Disconnect(WorkerStream stream)
    {
        stream.Pool.Streams.Remove(stream);
        foreach (var turn in stream.Turns.ToArray())
        {
            if (!turn.Completing)
            {
                Forget(turn);
                Wake(turn.Execution);
            }
        }

        foreach (var activity in stream.Activities)
        {
            _activitiesByToken.Remove(activity.Token);
            (activity.Token, activity.Stream) = ("", null);
            stream.Pool.Activities.Enqueue(activity);
        }

        stream.Activities.Clear();
        Pump(stream.Pool);
        NoteDrained();
    }

    /// <summary>The turn that a response answers; null for one that is not the current one (any more).</summary>
    public TurnDispatch? FindTurn(string appId, WorkflowResponse response) =>
        response.CompletionToken.Length > 0
            ? _turns.GetValueOrDefault(response.CompletionToken)
            : Pool(appId).Streams.SelectMany(stream => stream.Turns).FirstOrDefault(turn => turn.Execution.Key.InstanceId == response.InstanceId);

    /// <summary>The activity that a response answers, taken from its stream; null for one that was answered or given to another stream.</summary>
    public ActivityDispatch? TakeActivity(string appId, ActivityResponse response)
    {
        var activity = response.CompletionToken.Length > 0
            ? _activitiesByToken.GetValueOrDefault(response.CompletionToken)
            : Pool(appId).Streams.SelectMany(stream => stream.Activities)
                .FirstOrDefault(activity => activity.Key.TaskId == response.TaskId && activity.Execution.Key.InstanceId == response.InstanceId);
        if (activity?.Stream is not { } stream)
        {
            return null;
        }

        _activitiesByToken.Remove(activity.Token);
        _activities.Remove(activity.Key);
        stream.Activities.Remove(activity);
        PumpActivities(stream.Pool);
        NoteDrained();
        return activity;
    }

    /// <summary>Takes a turn from its stream.</summary>
    public void Forget(TurnDispatch turn)
    {
        _turns.Remove(turn.Token);
        turn.Stream?.Turns.Remove(turn);
        if (turn.Execution.Turn == turn)
        {
            turn.Execution.Turn = null;
        }

        if (turn.Stream is { } stream)
        {
            PumpTurns(stream.Pool);
        }

        NoteDrained();
    }

    /// <summary>Forgets an execution that is not the truth any more; its activities run on.</summary>
    public void Abandon(Execution execution)
    {
        execution.Abandoned = true;
        if (execution.Turn is { } turn)
        {
            Forget(turn);
        }
    }

    /// <summary>Gives out nothing more; the task ends when the workers have answered all that they have.</summary>
    public Task StopAsync()
    {
        _stopped = true;
        _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        NoteDrained();
        return _drained.Task;
    }

    /// <summary>Ends all streams.</summary>
    public void CloseStreams()
    {
        foreach (var stream in _pools.Values.SelectMany(pool => pool.Streams))
        {
            stream.Close();
        }
    }

    private void NoteDrained()
    {
        if (_drained is not null && _turns.Count == 0 && _activitiesByToken.Count == 0)
        {
            _drained.TrySetResult();
        }
    }
}
