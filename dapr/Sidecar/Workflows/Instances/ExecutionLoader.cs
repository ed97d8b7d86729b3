using Dapr.Protocol;
using Dapr.Sidecar.Store;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Instances;

/// <summary>Builds an execution from its rows.</summary>
internal static class ExecutionLoader
{
    /// <summary>The execution of an instance; null where there is none.</summary>
    /// <exception cref="UnreadableRowException">A row cannot be read.</exception>
    public static Execution? Load(StoreConnection store, InstanceKey key)
    {
        if (InstanceRows.Find(store, key) is not { } found)
        {
            return null;
        }

        if (found.Row.Stall is { Reason: null })
        {
            return new Execution(found.Row);
        }

        if (!found.Intact)
        {
            throw new UnreadableRowException("workflow_instances", key.ToString(), "the checksum does not fit", null);
        }

        var execution = new Execution(found.Row);
        var events = EventRows.All(store, found.Row.ExecutionKey);
        if (events.FirstOrDefault() is not { Position: EventRows.Start, Event.ExecutionStarted: not null } start)
        {
            throw new UnreadableRowException("workflow_events", $"{found.Row.ExecutionKey}/0", "the start is missing", null);
        }

        execution.Start = start.Event;
        Replay(execution, events, TurnRows.All(store, found.Row.ExecutionKey));
        return execution;
    }

    private static void Replay(Execution execution, List<StoredEvent> events, List<StoredTurn> turns)
    {
        if (turns.Count != execution.Row.Turn)
        {
            throw new UnreadableRowException("workflow_turns", execution.Key.ToString(), $"{turns.Count} turns of {execution.Row.Turn}", null);
        }

        var next = 0;
        foreach (var turn in turns)
        {
            Add(execution, turn.Events[0], turn.Size);
            for (; next < events.Count && events[next].Position <= turn.Consumed; next++)
            {
                Add(execution, events[next].Event, events[next].Size);
            }

            foreach (var added in turn.Events.Skip(1))
            {
                Add(execution, added, 0);
            }
        }

        for (; next < events.Count && events[next].Position != EventRows.End; next++)
        {
            var (position, waiting, size) = events[next];
            execution.Track(waiting);
            execution.Inbox.Add(new InboxEvent(position, waiting, size) { Committed = true });
        }

        if (next < events.Count)
        {
            Add(execution, events[next].Event, events[next].Size);
        }
    }

    private static void Add(Execution execution, HistoryEvent historyEvent, int size)
    {
        execution.Track(historyEvent);
        execution.Append(historyEvent, size);
    }
}
