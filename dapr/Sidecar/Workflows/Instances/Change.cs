using Dapr.Sidecar.Store;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Instances;

/// <summary>
/// What one operation does to one or several instances: made under the engine's lock, written in one turn of the store, and followed by its
/// effects (wake-ups, timers, waiters) once that turn is committed. If the turn fails, all of its instances are loaded again.
/// </summary>
internal sealed class Change(Sequence sequence, IReadOnlyDictionary<InstanceKey, InstanceSlot> slots)
{
    private readonly List<Action<StoreConnection>> _writes = [];
    private readonly List<InboxEvent> _delivered = [];
    private readonly List<Action> _effects = [];

    /// <summary>The instances that the operation may touch.</summary>
    public IReadOnlyDictionary<InstanceKey, InstanceSlot> Slots => slots;

    /// <summary>Whether anything is to be written.</summary>
    public bool HasWrites => _writes.Count > 0;

    /// <summary>The execution of an instance; null where there is none.</summary>
    public Execution? this[InstanceKey key] => slots[key].Execution;

    /// <summary>Adds a write.</summary>
    public void Write(Action<StoreConnection> write) => _writes.Add(write);

    /// <summary>Adds something to do once all is committed, under the engine's lock.</summary>
    public void Then(Action effect) => _effects.Add(effect);

    /// <summary>Puts an event into an inbox.</summary>
    public void Deliver(Execution execution, Encoded encoded)
    {
        var position = sequence.Next();
        var (key, executionKey) = (execution.Key, execution.Row.ExecutionKey);
        Append(execution, position, encoded);
        Write(store => EventRows.Insert(store, key, executionKey, position, encoded.Bytes));
    }

    /// <summary>Changes the row of an instance.</summary>
    public void Save(Execution execution, InstanceRow row)
    {
        var fromTurn = execution.Row.Turn;
        execution.Row = row;
        Write(store => InstanceRows.Save(store, row, fromTurn));
    }

    /// <summary>Puts a new execution in the place of whatever was there.</summary>
    public void Start(Execution execution, Encoded start)
    {
        Remove(execution.Key);
        var row = execution.Row;
        execution.Start = start.Event;
        slots[execution.Key].Execution = execution;
        Append(execution, EventRows.Start, start);
        Write(store =>
        {
            InstanceRows.Insert(store, row);
            EventRows.Insert(store, row.Key, row.ExecutionKey, EventRows.Start, start.Bytes);
        });
    }

    /// <summary>Removes an instance and all that is stored of it.</summary>
    public void Remove(InstanceKey key)
    {
        if (slots[key].Execution is not { } execution)
        {
            return;
        }

        execution.Abandoned = true;
        slots[key].Execution = null;
        Write(store => InstanceRows.Delete(store, execution.Row.ExecutionKey));
    }

    /// <summary>Runs the writes, in a turn of the store.</summary>
    public void Run(StoreConnection store)
    {
        foreach (var write in _writes)
        {
            write(store);
        }
    }

    /// <summary>Runs what follows the commit.</summary>
    public void Committed()
    {
        foreach (var delivered in _delivered)
        {
            delivered.Committed = true;
        }

        foreach (var effect in _effects)
        {
            effect();
        }
    }

    private void Append(Execution execution, long position, Encoded encoded)
    {
        var waiting = new InboxEvent(position, encoded.Event, encoded.Bytes.Length);
        execution.Inbox.Add(waiting);
        _delivered.Add(waiting);
    }
}
