using Dapr.Protocol;
using Dapr.Sidecar.Store;
using Microsoft.Data.Sqlite;

namespace Dapr.Sidecar.Workflows.Rows;

/// <summary>Reads and writes the rows of instances.</summary>
internal static class InstanceRows
{
    private const string Columns =
        "execution_key, app_id, instance_id, execution_id, name, status, suspended, stalled_reason, stalled_description, created, updated, "
        + "started, completed, custom_status, parent_app_id, parent_instance_id, turn, consumed, cascade, checksum";

    private const long Unreadable = -1;

    public static (InstanceRow Row, bool Intact)? Find(StoreConnection store, InstanceKey key) =>
        store.First($"SELECT {Columns} FROM workflow_instances WHERE app_id = ?1 AND instance_id = ?2", row => ((InstanceRow, bool)?)Read(row), key.AppId, key.InstanceId);

    public static void Insert(StoreConnection store, InstanceRow row) =>
        store.Execute(
            $"INSERT INTO workflow_instances ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
            row.ExecutionKey, row.Key.AppId, row.Key.InstanceId, row.ExecutionId, row.Name, (int)row.Status, row.Suspended ? 1 : 0, StallCode(row),
            row.Stall?.Description, row.Created.Ticks, row.Updated.Ticks, row.Started?.Ticks, row.Completed?.Ticks, row.CustomStatus,
            row.Parent?.AppId, row.Parent?.InstanceId, row.Turn, row.Consumed, row.Cascade ? 1 : 0, row.ComputeChecksum());

    /// <summary>Saves what may change of a row, if the row is still at the turn that the change was made from.</summary>
    /// <exception cref="StaleInstanceException">It is not.</exception>
    public static void Save(StoreConnection store, InstanceRow row, int fromTurn)
    {
        var saved = store.Execute(
            "UPDATE workflow_instances SET status = ?3, suspended = ?4, stalled_reason = ?5, stalled_description = ?6, updated = ?7, started = ?8, "
            + "completed = ?9, custom_status = ?10, turn = ?11, consumed = ?12, cascade = ?13, checksum = ?14 WHERE execution_key = ?1 AND turn = ?2",
            row.ExecutionKey, fromTurn, (int)row.Status, row.Suspended ? 1 : 0, StallCode(row), row.Stall?.Description, row.Updated.Ticks,
            row.Started?.Ticks, row.Completed?.Ticks, row.CustomStatus, row.Turn, row.Consumed, row.Cascade ? 1 : 0, row.ComputeChecksum());
        if (saved != 1)
        {
            throw new StaleInstanceException(row.Key);
        }
    }

    /// <summary>Removes an execution: its row, events, turns and timers.</summary>
    public static void Delete(StoreConnection store, long executionKey)
    {
        store.Execute("DELETE FROM workflow_instances WHERE execution_key = ?1", executionKey);
        store.Execute("DELETE FROM workflow_events WHERE execution_key = ?1", executionKey);
        store.Execute("DELETE FROM workflow_turns WHERE execution_key = ?1", executionKey);
        TimerRows.DeleteAll(store, executionKey);
    }

    /// <summary>A page of an app's ids, in their order.</summary>
    public static List<string> List(StoreConnection store, string appId, string after, int count) =>
        store.Query("SELECT instance_id FROM workflow_instances WHERE app_id = ?1 AND instance_id > ?2 ORDER BY instance_id LIMIT ?3", row => row.GetString(0), appId, after, count);

    /// <summary>The instances that have not ended, or have children to terminate.</summary>
    public static List<InstanceKey> Open(StoreConnection store) =>
        store.Query(
            "SELECT app_id, instance_id FROM workflow_instances WHERE completed IS NULL OR cascade = 1 ORDER BY execution_key",
            row => new InstanceKey(row.GetString(0), row.GetString(1)));

    /// <summary>The children that name an instance as their parent.</summary>
    public static List<InstanceKey> Children(StoreConnection store, InstanceKey parent) =>
        store.Query(
            "SELECT app_id, instance_id FROM workflow_instances WHERE parent_app_id = ?1 AND parent_instance_id = ?2",
            row => new InstanceKey(row.GetString(0), row.GetString(1)), parent.AppId, parent.InstanceId);

    /// <summary>An app's instances that were created in a span of time.</summary>
    public static List<InstanceRow> Created(StoreConnection store, string appId, DateTime from, DateTime to) =>
        store.Query(
            $"SELECT {Columns} FROM workflow_instances WHERE app_id = ?1 AND created >= ?2 AND created <= ?3 ORDER BY execution_key",
            row => Read(row).Row, appId, from.Ticks, to.Ticks);

    private static long? StallCode(InstanceRow row) => row.Stall is null ? null : row.Stall.Reason is { } reason ? (int)reason : Unreadable;

    private static (InstanceRow Row, bool Intact) Read(SqliteDataReader row)
    {
        var read = new InstanceRow
        {
            ExecutionKey = row.GetInt64(0),
            Key = new(row.GetString(1), row.GetString(2)),
            ExecutionId = row.GetString(3),
            Name = row.GetString(4),
            Status = (OrchestrationStatus)row.GetInt32(5),
            Suspended = row.GetInt32(6) != 0,
            Stall = row.IsDBNull(7) ? null : new Stall(row.GetInt64(7) == Unreadable ? null : (StalledReason)row.GetInt32(7), row.GetString(8)),
            Created = Time(row, 9)!.Value,
            Updated = Time(row, 10)!.Value,
            Started = Time(row, 11),
            Completed = Time(row, 12),
            CustomStatus = row.IsDBNull(13) ? null : row.GetString(13),
            Parent = row.IsDBNull(14) ? null : new InstanceKey(row.GetString(14), row.GetString(15)),
            Turn = row.GetInt32(16),
            Consumed = row.GetInt64(17),
            Cascade = row.GetInt32(18) != 0,
        };
        return (read, read.ComputeChecksum() == row.GetInt64(19));
    }

    private static DateTime? Time(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : new DateTime(row.GetInt64(column), DateTimeKind.Utc);
}
