using Dapr.Sidecar.Store;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Engine;

/// <summary>How instances come into memory and leave it.</summary>
internal sealed partial class WorkflowEngine
{
    private static readonly TimeSpan MaxRevivalDelay = TimeSpan.FromSeconds(5);

    /// <summary>Brings an instance into memory, so that what it has to do is done.</summary>
    public Task ActivateAsync(InstanceKey key) => ChangeAsync([key], change => change[key] is not null);

    /// <summary>An instance and its parent, if it has one: what its end touches.</summary>
    public Task<InstanceKey[]> WithParentAsync(InstanceKey key) =>
        ChangeAsync([key], change => change[key]?.Row.Parent is { } parent ? [key, parent] : new[] { key });

    private async ValueTask<Dictionary<InstanceKey, InstanceSlot>> AcquireAsync(IReadOnlyCollection<InstanceKey> keys)
    {
        var slots = new Dictionary<InstanceKey, InstanceSlot>(keys.Count);
        try
        {
            foreach (var key in keys)
            {
                if (!slots.ContainsKey(key))
                {
                    slots.Add(key, await AcquireAsync(key));
                }
            }

            return slots;
        }
        catch
        {
            Release(slots.Values);
            throw;
        }
    }

    private async ValueTask<InstanceSlot> AcquireAsync(InstanceKey key)
    {
        while (true)
        {
            InstanceSlot slot;
            bool load;
            lock (Gate)
            {
                load = !_slots.TryGetValue(key, out var found);
                slot = found ?? (_slots[key] = new InstanceSlot(key));
                if (!slot.Broken)
                {
                    slot.Pins++;
                    if (!load && slot.Ready.Task.IsCompletedSuccessfully)
                    {
                        return slot;
                    }
                }
            }

            if (slot.Broken)
            {
                await slot.Drained.Task;
                continue;
            }

            await (load ? LoadAsync(slot) : slot.Ready.Task);
            return slot;
        }
    }

    private async Task LoadAsync(InstanceSlot slot)
    {
        try
        {
            var execution = await ReadAsync(slot.Key);
            lock (Gate)
            {
                slot.Execution = execution;
                slot.Ready.SetResult();
                if (execution is not null)
                {
                    Resume(execution);
                }
            }
        }
        catch (Exception error)
        {
            lock (Gate)
            {
                _slots.Remove(slot.Key);
            }

            slot.Ready.SetException(error);
            throw;
        }
    }

    private async Task<Execution?> ReadAsync(InstanceKey key)
    {
        var (execution, unreadable) = await Store.ReadAsync(store => TryLoad(store, key));
        if (unreadable is null)
        {
            return execution;
        }

        LogUnreadable(unreadable, key.ToString());
        await Store.WriteAsync(store => SetAside(store, key, unreadable));
        return await Store.ReadAsync(store => ExecutionLoader.Load(store, key));
    }

    private static (Execution? Execution, UnreadableRowException? Unreadable) TryLoad(StoreConnection store, InstanceKey key)
    {
        try
        {
            return (ExecutionLoader.Load(store, key), null);
        }
        catch (UnreadableRowException error)
        {
            return (null, error);
        }
    }

    /// <summary>Marks an instance so that its rows are not read again; they stay where they are, for a person to repair or to purge.</summary>
    private void SetAside(StoreConnection store, InstanceKey key, UnreadableRowException error)
    {
        if (InstanceRows.Find(store, key) is { Row: var row })
        {
            Quarantine.Add(store, error.Table, error.RowKey, error.Reason, error.Payload, Time.GetUtcNow());
            InstanceRows.Save(store, row with { Stall = new Stall(null, error.Message) }, row.Turn);
        }
    }

    private void Resume(Execution execution)
    {
        foreach (var scheduled in execution.OpenActivities.Values)
        {
            Dispatcher.Queue(execution, scheduled);
        }

        Dispatcher.Wake(execution);
    }

    private void Release(IEnumerable<InstanceSlot> slots)
    {
        lock (Gate)
        {
            foreach (var slot in slots)
            {
                slot.Pins--;
                Leave(slot);
            }
        }
    }

    /// <summary>Takes a slot out of memory if nobody needs it there.</summary>
    private void Leave(InstanceSlot slot)
    {
        if (slot.Broken || slot.Pins > 0 || slot.PendingWrites > 0)
        {
            return;
        }

        if (slot.Execution is not { } execution || execution.Row.IsFinished)
        {
            Evict(slot);
        }
        else if (execution.IsIdle)
        {
            slot.IdleSince = ++_idleStamp;
            _idle.Enqueue((slot, _idleStamp));
            while (_idle.Count > MaxIdle)
            {
                var (oldest, stamp) = _idle.Dequeue();
                if (oldest is { Broken: false, Pins: 0, PendingWrites: 0, Execution.IsIdle: true } && oldest.IdleSince == stamp)
                {
                    Evict(oldest);
                }
            }
        }
    }

    private void Evict(InstanceSlot slot)
    {
        if (_slots.TryGetValue(slot.Key, out var current) && current == slot)
        {
            _slots.Remove(slot.Key);
            if (slot.Execution is { } execution)
            {
                execution.Abandoned = true;
            }
        }
    }

    /// <summary>A change of these instances failed: they are loaded again once their other writes have ended.</summary>
    private void Break(Change change)
    {
        foreach (var slot in change.Slots.Values)
        {
            if (!slot.Broken)
            {
                slot.Broken = true;
                if (slot.Execution is { } execution)
                {
                    Dispatcher.Abandon(execution);
                }
            }

            ReviveIfDrained(slot);
        }
    }

    /// <summary>Loads a broken instance again once the last of its writes has ended, well or not.</summary>
    private void ReviveIfDrained(InstanceSlot slot)
    {
        if (slot is { Broken: true, PendingWrites: 0 } && slot.Drained.TrySetResult())
        {
            _slots.Remove(slot.Key);
            _ = ReviveAsync(slot.Key, _failures.GetValueOrDefault(slot.Key));
        }
    }

    /// <summary>
    /// A change whose write failed may have been committed all the same, and what was to follow it did not: timers are set as the store has
    /// them, and everybody who waits for the instance looks again.
    /// </summary>
    private async Task ResumeEffectsAsync(InstanceKey key)
    {
        foreach (var (timer, due) in await Store.ReadAsync(store => TimerRows.Of(store, key)))
        {
            Timers.Set(timer, due);
        }

        Waiters.Changed(key);
        Revived(key);
    }

    private async Task ReviveAsync(InstanceKey key, int failures)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (failures > 1)
                {
                    var delay = TimeSpan.FromMilliseconds(50 * Math.Pow(2, Math.Min(failures, 8)));
                    await Task.Delay(delay < MaxRevivalDelay ? delay : MaxRevivalDelay, Time, _stopping.Token);
                }

                await ActivateAsync(key);
                await ResumeEffectsAsync(key);
                return;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogNotRevived(error, key.ToString());
                failures = Math.Max(failures, 1) + 1;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(2, LogLevel.Error, "The workflow {Instance} has a row that cannot be read: it is stalled, the row is in the table quarantine. Purge it with force, or restore the row from a copy.")]
    private partial void LogUnreadable(Exception error, string instance);

    [LoggerMessage(3, LogLevel.Warning, "The workflow {Instance} could not be loaded; that is tried again.")]
    private partial void LogNotRevived(Exception error, string instance);
}
