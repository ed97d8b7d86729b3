using System.Globalization;
using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Store;

namespace Dapr.Sidecar.Actors.State;

/// <summary>A value that was read.</summary>
internal readonly record struct StateValue(byte[] Value, DateTimeOffset? ExpiresAt);

/// <summary>
/// The state of actors in the store. A transaction is one turn. A row that was damaged goes to quarantine and leaves a mark: reading it is an
/// error until it is written anew, so that nobody takes a loss for "never set".
/// </summary>
internal sealed class ActorStateStore(SqliteStore store, FaultPoints points, TimeProvider time, ILogger<ActorStateStore> log)
{
    private const int SweepRows = 1000;

    /// <summary>Reads a value; null when there is none, or it expired.</summary>
    /// <exception cref="ActorException">The row is damaged, or the store cannot be read.</exception>
    public async ValueTask<StateValue?> GetAsync(ActorKey actor, string key)
    {
        try
        {
            var row = await store.ReadAsync(connection => Read(connection, actor, key));
            if (row is null)
            {
                return null;
            }

            if (!row.IsWhole)
            {
                throw await QuarantineAsync(actor, key);
            }

            return row.ExpiresAt <= Now() ? null : new StateValue(row.Value!, row.ExpiresAt is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null);
        }
        catch (StoreException error)
        {
            throw Failed(error.Message);
        }
    }

    /// <summary>Makes all changes or none; they are durable when this ends.</summary>
    /// <exception cref="ActorException">Nothing was stored.</exception>
    public async Task ApplyAsync(ActorKey actor, List<StateChange> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        points.Hit(ActorPoints.StateBeforeCommit);
        var now = Now();
        try
        {
            await store.WriteAsync(connection =>
            {
                foreach (var change in changes)
                {
                    Apply(connection, actor, change, now);
                }
            });
        }
        catch (StoreException error)
        {
            throw StateChange.Failed(error.Message);
        }

        points.Hit(ActorPoints.StateAfterCommit);
    }

    /// <summary>Removes values that expired, some at a time; gives how many.</summary>
    public Task<int> SweepAsync()
    {
        var now = Now();
        return store.WriteAsync(connection => connection.Execute(
            "DELETE FROM actor_state WHERE (type, id, key) IN (SELECT type, id, key FROM actor_state WHERE expires <= ?1 LIMIT ?2)", now, SweepRows));
    }

    private static void Apply(StoreConnection connection, ActorKey actor, StateChange change, long now)
    {
        if (change.Value is null)
        {
            connection.Execute("DELETE FROM actor_state WHERE type = ?1 AND id = ?2 AND key = ?3", actor.Type, actor.Id, change.Key);
            return;
        }

        long? expires = change.Ttl is { } ttl ? now + (long)ttl.TotalMilliseconds : null;
        connection.Execute(
            "INSERT OR REPLACE INTO actor_state (type, id, key, value, expires, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            actor.Type, actor.Id, change.Key, change.Value, expires, Checksum.Of(change.Value, Binding(actor, change.Key, expires)));
    }

    private static Row? Read(StoreConnection connection, ActorKey actor, string key) => connection.First(
        "SELECT value, expires, checksum FROM actor_state WHERE type = ?1 AND id = ?2 AND key = ?3",
        row =>
        {
            var value = row.IsDBNull(0) ? null : row.GetFieldValue<byte[]>(0);
            long? expires = row.IsDBNull(1) ? null : row.GetInt64(1);
            return new Row(value, expires, value is not null && Checksum.Of(value, Binding(actor, key, expires)) == row.GetInt64(2));
        },
        actor.Type, actor.Id, key);

    private async Task<ActorException> QuarantineAsync(ActorKey actor, string key)
    {
        var now = time.GetUtcNow();
        var moved = await store.WriteAsync(connection =>
        {
            // Read again: somebody may have written it anew.
            if (Read(connection, actor, key) is not { IsWhole: false, Value: { } damaged })
            {
                return false;
            }

            Quarantine.Add(connection, "actor_state", $"{actor}/{key}", "wrong checksum", damaged, now);
            connection.Execute(
                "UPDATE actor_state SET value = NULL, expires = NULL, checksum = 0 WHERE type = ?1 AND id = ?2 AND key = ?3", actor.Type, actor.Id, key);
            return true;
        });
        if (moved)
        {
            log.StateQuarantined(actor, key);
        }

        return Failed($"the stored value of \"{key}\" of actor {actor} is damaged and was set aside (table quarantine); write or delete the key to go on");
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static string Binding(ActorKey actor, string key, long? expires) =>
        string.Create(CultureInfo.InvariantCulture, $"{actor.Type}\n{actor.Id}\n{key}\n{expires}");

    private static ActorException Failed(string reason) =>
        new(StatusCodes.Status500InternalServerError, "ERR_ACTOR_STATE_GET", $"error getting actor state: {reason}");

    private sealed record Row(byte[]? Value, long? ExpiresAt, bool IsWhole);
}
