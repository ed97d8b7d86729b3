using Dapr.Sidecar.Store;
using Microsoft.Data.Sqlite;

namespace Dapr.Sidecar.Workflows.Rows;

/// <summary>Something of an execution that falls due: a timer of a turn by its id, or one of the engine's own below.</summary>
internal readonly record struct TimerKey(InstanceKey Instance, long ExecutionKey, int TimerId)
{
    /// <summary>The id of a start at a later time.</summary>
    public const int Start = -1;

    /// <summary>The id of the end of retention.</summary>
    public const int Retention = -2;
}

/// <summary>Reads and writes the timers that wait.</summary>
internal static class TimerRows
{
    private const int NeverYear = 9999;

    private const string Columns = "app_id, instance_id, execution_key, timer_id, due";

    /// <summary>Whether a timer is to fire at all: SDKs create some for the end of time, to keep ids aligned.</summary>
    public static bool Fires(DateTime due) => due.Year < NeverYear;

    public static void Insert(StoreConnection store, TimerKey timer, DateTime due) =>
        store.Execute(
            "INSERT OR REPLACE INTO workflow_timers (execution_key, timer_id, app_id, instance_id, due) VALUES (?1, ?2, ?3, ?4, ?5)",
            timer.ExecutionKey, timer.TimerId, timer.Instance.AppId, timer.Instance.InstanceId, due.Ticks);

    public static void Delete(StoreConnection store, TimerKey timer) =>
        store.Execute("DELETE FROM workflow_timers WHERE execution_key = ?1 AND timer_id = ?2", timer.ExecutionKey, timer.TimerId);

    public static void DeleteAll(StoreConnection store, long executionKey) =>
        store.Execute("DELETE FROM workflow_timers WHERE execution_key = ?1", executionKey);

    public static List<(TimerKey Timer, DateTime Due)> All(StoreConnection store) => store.Query($"SELECT {Columns} FROM workflow_timers", Read);

    /// <summary>The timers of an instance.</summary>
    public static List<(TimerKey Timer, DateTime Due)> Of(StoreConnection store, InstanceKey key) => store.Query(
        $"SELECT {Columns} FROM workflow_timers WHERE execution_key = (SELECT execution_key FROM workflow_instances WHERE app_id = ?1 AND instance_id = ?2)",
        Read, key.AppId, key.InstanceId);

    private static (TimerKey Timer, DateTime Due) Read(SqliteDataReader row) =>
        (new TimerKey(new(row.GetString(0), row.GetString(1)), row.GetInt64(2), row.GetInt32(3)), new DateTime(row.GetInt64(4), DateTimeKind.Utc));
}
