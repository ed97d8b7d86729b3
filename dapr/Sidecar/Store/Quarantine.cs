namespace Dapr.Sidecar.Store;

/// <summary>Sets rows aside that cannot be read, so that nothing loops on them and nothing is lost.</summary>
internal static class Quarantine
{
    /// <summary>Records a row; the caller removes it from its table in the same turn.</summary>
    public static void Add(StoreConnection store, string table, string key, string reason, byte[]? payload, DateTimeOffset now) =>
        store.Execute(
            "INSERT INTO quarantine (source, key, reason, payload, quarantined) VALUES (?1, ?2, ?3, ?4, ?5)",
            table, key, reason, payload, now.ToUnixTimeMilliseconds());
}
