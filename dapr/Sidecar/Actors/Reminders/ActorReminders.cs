using System.Collections.Concurrent;
using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Scheduling;
using Dapr.Sidecar.Store;

namespace Dapr.Sidecar.Actors.Reminders;

/// <summary>
/// Durable reminders: they come at least once, after restarts too. Progress is stored only after the app took the reminder; a delivery that
/// fails comes again with a growing wait; one without a live host of its type waits for a host. Due times are of the wall clock and only
/// move forward, so that a clock that jumps back repeats nothing.
/// </summary>
internal sealed class ActorReminders : IDisposable
{
    /// <summary>Deliveries that run at once; more of them wait, so that a restart with many overdue ones does not open as many connections.</summary>
    private const int MaxDeliveries = 256;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1), LongestRetry = TimeSpan.FromMinutes(1);

    private readonly ReminderStore _store;
    private readonly Placement _placement;
    private readonly ActorTable _table;
    private readonly ActorCaller _caller;
    private readonly FaultPoints _points;
    private readonly TimeProvider _time;
    private readonly ILogger<ActorReminders> _log;
    private readonly ConcurrentDictionary<ReminderKey, Reminder> _reminders = new();
    private readonly ConcurrentDictionary<ReminderKey, int> _failures = new();
    private readonly ConcurrentDictionary<ReminderKey, bool> _withoutHost = new();
    private readonly KeyedGates<ReminderKey> _gates = new();
    private readonly SemaphoreSlim _deliveries = new(MaxDeliveries);
    private readonly DueQueue<ReminderKey> _queue;
    private volatile bool _stopped;

    public ActorReminders(
        ReminderStore store, Placement placement, ActorTable table, ActorCaller caller, FaultPoints points,
        TimeProvider time, ILogger<ActorReminders> log)
    {
        _store = store;
        _placement = placement;
        _table = table;
        _caller = caller;
        _points = points;
        _time = time;
        _log = log;
        _queue = new DueQueue<ReminderKey>(time, (key, dueAt) => _ = Task.Run(() => DeliverAsync(key)));
    }

    /// <summary>Loads what is stored; overdue reminders come at once.</summary>
    public async Task StartAsync()
    {
        foreach (var reminder in await _store.LoadAsync())
        {
            _reminders[reminder.Key] = reminder;
            _queue.Set(reminder.Key, reminder.Schedule.DueAt);
        }
    }

    /// <summary>A reminder; null when there is none of the name.</summary>
    public Reminder? Find(ReminderKey key) => _reminders.GetValueOrDefault(key);

    /// <summary>Registers a reminder; it is durable when this ends.</summary>
    /// <returns>False when there is one of the name and it must stay.</returns>
    /// <exception cref="StoreException">Nothing was stored.</exception>
    public async Task<bool> SetAsync(ReminderKey key, ScheduleRequest request)
    {
        using var gate = await _gates.EnterAsync(key);
        if (!request.Overwrite && _reminders.ContainsKey(key))
        {
            return false;
        }

        var reminder = new Reminder(key, request.DueTime, request.Period, request.Ttl, request.Data, request.Schedule);
        _points.Hit(ActorPoints.ReminderBeforeCommit);
        await _store.SetAsync(reminder);
        _points.Hit(ActorPoints.ReminderAfterCommit);
        _reminders[key] = reminder;
        _failures.TryRemove(key, out _);
        _queue.Set(key, reminder.Schedule.DueAt);
        return true;
    }

    /// <summary>Removes a reminder; nothing happens without one.</summary>
    /// <exception cref="StoreException">It is still there.</exception>
    public async Task DeleteAsync(ReminderKey key)
    {
        using var gate = await _gates.EnterAsync(key);
        await ForgetAsync(key);
    }

    /// <summary>Lets reminders come that waited for a host of their type.</summary>
    public void HostsChanged()
    {
        foreach (var (key, _) in _withoutHost.Where(entry => _placement.IsHosted(entry.Key.Actor.Type)))
        {
            if (_withoutHost.TryRemove(key, out _) && _reminders.TryGetValue(key, out var reminder))
            {
                _queue.Set(key, reminder.Schedule.DueAt);
            }
        }
    }

    /// <summary>No reminder comes any more; those that run end by themselves.</summary>
    public void Stop()
    {
        _stopped = true;
        _queue.Dispose();
    }

    public void Dispose()
    {
        Stop();
        _deliveries.Dispose();
    }

    private async Task DeliverAsync(ReminderKey key)
    {
        if (_stopped || !_reminders.TryGetValue(key, out var reminder))
        {
            return;
        }

        if (!_placement.IsHosted(key.Actor.Type))
        {
            _withoutHost[key] = true;
            if (_placement.IsHosted(key.Actor.Type))
            {
                // A host came between the look and the note.
                HostsChanged();
            }

            return;
        }

        try
        {
            var cancelled = !reminder.Schedule.IsExpired(_time.GetUtcNow()) && await CallAsync(reminder);
            await AdvanceAsync(reminder, cancelled);
        }
        catch (Exception error)
        {
            Retry(reminder, error.Message);
        }
    }

    /// <summary>Calls the actor in a turn of it; gives whether it asked for the reminder's end.</summary>
    private async Task<bool> CallAsync(Reminder reminder)
    {
        _points.Hit(ActorPoints.ReminderBeforeDelivery);
        var turn = await _table.EnterAsync(reminder.Key.Actor, chain: null, CancellationToken.None);
        if (!IsCurrent(reminder))
        {
            _table.Exit(turn.Activation);
            return false;
        }

        await _deliveries.WaitAsync();
        try
        {
            var body = CallbackBody.Write(reminder.DueTime, reminder.Period, reminder.Ttl, reminder.Data, callback: null);
            using var reply = await _caller.CallAsync(turn, new ActorCall($"remind/{Uri.EscapeDataString(reminder.Key.Name)}", body, Headers: null));
            reply.EnsureNoError();
            _points.Hit(ActorPoints.ReminderDelivered);
            return reply.CancelsSchedule;
        }
        finally
        {
            _deliveries.Release();
        }
    }

    private bool IsCurrent(Reminder reminder) => ReferenceEquals(_reminders.GetValueOrDefault(reminder.Key), reminder);

    private async Task AdvanceAsync(Reminder delivered, bool cancelled)
    {
        var key = delivered.Key;
        using var gate = await _gates.EnterAsync(key);
        if (!IsCurrent(delivered))
        {
            // Registered anew or removed meanwhile: that stands.
            return;
        }

        if (cancelled || delivered.Schedule.After(_time.GetUtcNow()) is not { } next)
        {
            await ForgetAsync(key);
            return;
        }

        var advanced = delivered with { Schedule = next };
        await _store.SetAsync(advanced);
        _points.Hit(ActorPoints.ReminderAdvanced);
        _reminders[key] = advanced;
        _failures.TryRemove(key, out _);
        _queue.Set(key, next.DueAt);
    }

    private async Task ForgetAsync(ReminderKey key)
    {
        await _store.DeleteAsync(key);
        _reminders.TryRemove(key, out _);
        _failures.TryRemove(key, out _);
        _queue.Remove(key);
    }

    private void Retry(Reminder reminder, string reason)
    {
        var key = reminder.Key;
        if (_stopped || !IsCurrent(reminder))
        {
            return;
        }

        var failures = _failures.AddOrUpdate(key, 1, (_, count) => count + 1);
        var wait = TimeSpan.FromSeconds(Math.Min(FirstRetry.TotalSeconds * Math.Pow(2, failures - 1), LongestRetry.TotalSeconds));
        _log.ReminderFailed(key, failures, wait, reason);
        _queue.Set(key, _time.GetUtcNow() + wait);
    }
}
