using Dapr.Protocol;
using Dapr.Sidecar.Store;
using Google.Protobuf;

namespace Dapr.Sidecar.Workflows.Rows;

/// <summary>An event that came to an execution, where it stands, and its size in bytes.</summary>
internal sealed record StoredEvent(long Position, HistoryEvent Event, int Size);

/// <summary>Reads and writes what came to executions: one row an event.</summary>
internal static class EventRows
{
    /// <summary>The position of the event that starts an execution.</summary>
    public const long Start = 0;

    /// <summary>The position of the event that ends one.</summary>
    public const long End = long.MaxValue;

    /// <summary>Adds an event to an execution that exists.</summary>
    /// <exception cref="StaleInstanceException">It does not.</exception>
    public static void Insert(StoreConnection store, InstanceKey key, long executionKey, long position, byte[] bytes)
    {
        var inserted = store.Execute(
            "INSERT INTO workflow_events (execution_key, position, event, checksum) SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM workflow_instances WHERE execution_key = ?1)",
            executionKey, position, bytes, Checksum.Of(bytes, executionKey ^ position));
        if (inserted != 1)
        {
            throw new StaleInstanceException(key);
        }
    }

    /// <summary>Checks that so many events stand from one position to another.</summary>
    /// <exception cref="StaleInstanceException">They do not.</exception>
    public static void Require(StoreConnection store, InstanceKey key, long executionKey, long first, long last, int count)
    {
        var found = store.First(
            "SELECT COUNT(*) FROM workflow_events WHERE execution_key = ?1 AND position BETWEEN ?2 AND ?3", row => row.GetInt32(0), executionKey, first, last);
        if (found != count)
        {
            throw new StaleInstanceException(key);
        }
    }

    /// <summary>All events of an execution, in order.</summary>
    /// <exception cref="UnreadableRowException">One of them cannot be read.</exception>
    public static List<StoredEvent> All(StoreConnection store, long executionKey) =>
        store.Query(
            "SELECT position, event, checksum FROM workflow_events WHERE execution_key = ?1 ORDER BY position",
            row => Read(executionKey, row.GetInt64(0), (byte[])row[1], row.GetInt64(2)), executionKey);

    /// <summary>One event of an execution.</summary>
    /// <exception cref="UnreadableRowException">It cannot be read.</exception>
    public static HistoryEvent? Find(StoreConnection store, long executionKey, long position) =>
        store.First(
            "SELECT event, checksum FROM workflow_events WHERE execution_key = ?1 AND position = ?2",
            row => Read(executionKey, position, (byte[])row[0], row.GetInt64(1)), executionKey, position)?.Event;

    private static StoredEvent Read(long executionKey, long position, byte[] bytes, long checksum)
    {
        if (Checksum.Of(bytes, executionKey ^ position) != checksum)
        {
            throw new UnreadableRowException("workflow_events", $"{executionKey}/{position}", "the checksum does not fit", bytes);
        }

        try
        {
            return new StoredEvent(position, HistoryEvent.Parser.ParseFrom(bytes), bytes.Length);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new UnreadableRowException("workflow_events", $"{executionKey}/{position}", error.Message, bytes);
        }
    }
}
