using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Scheduling;

namespace Dapr.Sidecar.Actors.Timers;

/// <summary>
/// Timers of active actors, in memory: they run by a clock that never jumps and end with the activation. A time that comes while the actor
/// is busy waits for its turn; a slow callback delays its own actor only.
/// </summary>
internal sealed class ActorTimers : IDisposable
{
    private readonly ActorTable _table;
    private readonly ActorCaller _caller;
    private readonly ILogger<ActorTimers> _log;
    private readonly MonotonicTime _time;
    private readonly DueQueue<ActorTimer> _queue;

    public ActorTimers(ActorTable table, ActorCaller caller, TimeProvider time, ILogger<ActorTimers> log)
    {
        _table = table;
        _caller = caller;
        _log = log;
        _time = new MonotonicTime(time);
        _queue = new DueQueue<ActorTimer>(_time, (timer, dueAt) => _ = Task.Run(() => FireAsync(timer)));
        table.OnEnded = End;
    }

    /// <summary>Registers a timer, in place of one of its name.</summary>
    /// <exception cref="ActorException">The actor is not active in the app, or the body is not right.</exception>
    public void Set(SidecarApp app, ActorKey key, string name, ReadOnlyMemory<byte> body)
    {
        var activation = _table.Find(key, app) ?? throw new ActorException(
            StatusCodes.Status500InternalServerError,
            "ERR_ACTOR_TIMER_CREATE",
            $"error creating actor timer: {key} is not active in app \"{app.Id}\"; a timer lives as long as its actor, register it in one of the actor's methods");
        var request = ScheduleRequest.Parse(body, _time.GetUtcNow());
        var timer = new ActorTimer(
            activation, name, request.Schedule, CallbackBody.Write(request.DueTime, request.Period, request.Ttl, request.Data, request.Callback ?? ""));
        lock (activation.Timers)
        {
            Remove(activation, name);
            activation.Timers[name] = timer;
            _queue.Set(timer, timer.Schedule.DueAt);
        }
    }

    /// <summary>Forgets a timer; nothing happens without one.</summary>
    public void Delete(SidecarApp app, ActorKey key, string name)
    {
        if (_table.Find(key, app) is { } activation)
        {
            lock (activation.Timers)
            {
                Remove(activation, name);
            }
        }
    }

    /// <summary>Stops all timers.</summary>
    public void Dispose() => _queue.Dispose();

    private void Remove(Activation activation, string name)
    {
        if (activation.Timers.Remove(name, out var old))
        {
            _queue.Remove(old);
        }
    }

    private void End(Activation activation)
    {
        lock (activation.Timers)
        {
            foreach (var timer in activation.Timers.Values)
            {
                _queue.Remove(timer);
            }

            activation.Timers.Clear();
        }
    }

    private async Task FireAsync(ActorTimer timer)
    {
        var activation = timer.Activation;
        var cancelled = false;
        if (await _table.TryEnterAsync(activation) is not { } turn)
        {
            return;
        }

        if (!IsCurrent(timer))
        {
            _table.Exit(activation);
            return;
        }

        try
        {
            using var reply = await _caller.CallAsync(turn, new ActorCall($"timer/{Uri.EscapeDataString(timer.Name)}", timer.Body, Headers: null));
            reply.EnsureNoError();
            cancelled = reply.CancelsSchedule;
        }
        catch (Exception error)
        {
            _log.TimerFailed(timer.Name, activation.Key, error.Message);
        }

        lock (activation.Timers)
        {
            if (!IsCurrent(timer))
            {
                return;
            }

            if (!cancelled && timer.Schedule.After(_time.GetUtcNow()) is { } next)
            {
                timer.Schedule = next;
                _queue.Set(timer, next.DueAt);
            }
            else
            {
                activation.Timers.Remove(timer.Name);
            }
        }
    }

    private static bool IsCurrent(ActorTimer timer)
    {
        lock (timer.Activation.Timers)
        {
            return timer.Activation.Timers.GetValueOrDefault(timer.Name) == timer;
        }
    }
}
