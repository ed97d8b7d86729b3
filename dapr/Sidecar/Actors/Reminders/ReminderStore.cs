using System.Text.Json;
using Dapr.Sidecar.Store;

namespace Dapr.Sidecar.Actors.Reminders;

/// <summary>Reminders as rows. A row that cannot be read is set aside when the sidecar starts; the others are not held up.</summary>
internal sealed class ReminderStore(SqliteStore store, TimeProvider time, ILogger<ReminderStore> log)
{
    /// <summary>Reads all reminders, and sets aside what is damaged.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async Task<List<Reminder>> LoadAsync()
    {
        var now = time.GetUtcNow();
        var (whole, damaged) = await store.WriteAsync(connection =>
        {
            var rows = connection.Query(
                "SELECT type, id, name, payload, checksum FROM actor_reminders",
                row => (Key: new ReminderKey(new ActorKey(row.GetString(0), row.GetString(1)), row.GetString(2)), Payload: row.GetFieldValue<byte[]>(3), Checksum: row.GetInt64(4)));
            List<Reminder> whole = [];
            List<ReminderKey> damaged = [];
            foreach (var (key, payload, checksum) in rows)
            {
                if (Read(key, payload, checksum) is { } reminder)
                {
                    whole.Add(reminder);
                    continue;
                }

                Quarantine.Add(connection, "actor_reminders", key.ToString(), "wrong checksum, or not readable", payload, now);
                Delete(connection, key);
                damaged.Add(key);
            }

            return (whole, damaged);
        });
        foreach (var key in damaged)
        {
            log.ReminderQuarantined(key);
        }

        return whole;
    }

    /// <summary>Stores a reminder, in place of one of its name.</summary>
    public Task SetAsync(Reminder reminder)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(reminder.ToRow(), ReminderJson.Default.ReminderRow);
        var key = reminder.Key;
        return store.WriteAsync(connection => connection.Execute(
            "INSERT OR REPLACE INTO actor_reminders (type, id, name, payload, checksum) VALUES (?1, ?2, ?3, ?4, ?5)",
            key.Actor.Type, key.Actor.Id, key.Name, payload, Checksum.Of(payload, Binding(key))));
    }

    /// <summary>Removes a reminder; nothing happens without one.</summary>
    public Task DeleteAsync(ReminderKey key) => store.WriteAsync(connection => Delete(connection, key));

    private static void Delete(StoreConnection connection, ReminderKey key) => connection.Execute(
        "DELETE FROM actor_reminders WHERE type = ?1 AND id = ?2 AND name = ?3", key.Actor.Type, key.Actor.Id, key.Name);

    private static Reminder? Read(ReminderKey key, byte[] payload, long checksum)
    {
        if (Checksum.Of(payload, Binding(key)) != checksum)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(payload, ReminderJson.Default.ReminderRow) is { } row ? Reminder.FromRow(key, row) : null;
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            return null;
        }
    }

    private static string Binding(ReminderKey key) => $"{key.Actor.Type}\n{key.Actor.Id}\n{key.Name}";
}
