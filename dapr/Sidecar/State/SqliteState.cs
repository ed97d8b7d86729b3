using System.Text;
using Dapr.Sidecar.Components;
using Dapr.Sidecar.Store;

namespace Dapr.Sidecar.State;

/// <summary>
/// <c>state.sqlite</c>: entries in a SQLite file, the sidecar's own where no <c>connectionString</c> is given. Entries that ran out are
/// invisible at once and removed every <c>cleanupInterval</c>.
/// </summary>
internal sealed partial class SqliteState : IStateStore
{
    public static readonly ComponentType Type = new("state.sqlite", CreateAsync)
    {
        Properties = ["connectionString", "keyPrefix", "cleanupInterval", "cleanupIntervalInSeconds"],
        Ignored = ["actorStateStore", "timeout", "timeoutInSeconds", "tableName", "metadataTableName", "busyTimeout", "disableWAL"],
        Capabilities = ["ETAG", "TRANSACTIONAL", "TTL", "ACTOR"],
    };

    private readonly string _name;
    private readonly SqliteStore _store;
    private readonly bool _ownsStore;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer? _cleanup;

    /// <summary>Entries of a component in a store.</summary>
    public SqliteState(string name, string keyPrefix, SqliteStore store, bool ownsStore, TimeSpan cleanupInterval, TimeProvider time, ILogger logger)
    {
        (_name, KeyPrefix, _store, _ownsStore, _time, _logger) = (name, keyPrefix, store, ownsStore, time, logger);
        _cleanup = cleanupInterval > TimeSpan.Zero ? time.CreateTimer(_ => _ = CleanUpAsync(), null, cleanupInterval, cleanupInterval) : null;
    }

    public string KeyPrefix { get; }

    public async ValueTask<IReadOnlyList<StateEntry?>> GetAsync(IReadOnlyList<string> keys)
    {
        var now = Now();
        var rows = await _store.ReadAsync(store => keys.Select(key => Read(store, key)).ToArray());
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] is { IsDamaged: true })
            {
                LogDamaged(_name, keys[i]);
                await _store.WriteAsync(store => SetAside(store, keys[i], rows[i]!.Value));
                throw new StateDamagedException(keys[i]);
            }
        }

        return [.. rows.Select(row => row is null || row.Expires <= now ? null : new StateEntry(row.Value, row.ETag, Time(row.Expires)))];
    }

    public Task ApplyAsync(IReadOnlyList<StateChange> changes) => _store.WriteAsync(store =>
    {
        foreach (var change in changes)
        {
            Apply(store, change);
        }
    });

    public async ValueTask DisposeAsync()
    {
        if (_cleanup is not null)
        {
            await _cleanup.DisposeAsync();
        }

        if (_ownsStore)
        {
            await _store.DisposeAsync();
        }
    }

    /// <summary>Removes entries that ran out.</summary>
    internal async Task CleanUpAsync()
    {
        try
        {
            await _store.WriteAsync(store => store.Execute("DELETE FROM state WHERE store = ?1 AND expires <= ?2", _name, Now()));
        }
        catch (StoreException error)
        {
            LogCleanup(_name, error.Message);
        }
    }

    private static Task<IComponent> CreateAsync(ComponentContext context)
    {
        var properties = context.Properties;
        var connection = properties.Text("connectionString");
        var inMemory = ConnectionString.IsInMemory(connection);
        var store = inMemory ? SqliteStore.Open(new StoreOptions()) : context.Services.GetRequiredService<StoreFiles>().Get(ConnectionString.PathOf(connection));
        return Task.FromResult<IComponent>(new SqliteState(
            context.Name,
            properties.Text("keyPrefix") ?? "appid",
            store,
            ownsStore: inMemory,
            properties.Duration("cleanupInterval") ?? properties.Duration("cleanupIntervalInSeconds") ?? TimeSpan.FromHours(1),
            context.Time,
            context.Logger<SqliteState>()));
    }

    private void Apply(StoreConnection store, StateChange change)
    {
        var now = Now();
        if (change.ETag is not null || (change.FirstWrite && change.Value is not null))
        {
            var current = store.First("SELECT etag FROM state WHERE store = ?1 AND key = ?2 AND (expires IS NULL OR expires > ?3)", row => row.GetString(0), _name, change.Key, now);
            if (current != change.ETag)
            {
                throw new ETagMismatchException(change.Key);
            }
        }

        if (change.Value is null)
        {
            store.Execute("DELETE FROM state WHERE store = ?1 AND key = ?2", _name, change.Key);
            return;
        }

        var etag = Guid.NewGuid().ToString("N");
        long? expires = change.TimeToLive is { } life ? now + (long)life.TotalMilliseconds : null;
        store.Execute(
            """
            INSERT INTO state (store, key, value, etag, expires, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (store, key) DO UPDATE SET value = ?3, etag = ?4, expires = ?5, checksum = ?6
            """,
            _name, change.Key, change.Value, etag, expires, Sum(change.Key, change.Value, etag, expires));
    }

    private StateRow? Read(StoreConnection store, string key) => store.First(
        "SELECT value, etag, expires, checksum FROM state WHERE store = ?1 AND key = ?2",
        row =>
        {
            // A damaged row may hold values of another type than the schema says.
            var value = row.GetValue(0) switch { byte[] bytes => bytes, var other => Encoding.UTF8.GetBytes(other.ToString() ?? "") };
            var etag = row.GetValue(1).ToString() ?? "";
            long? expires = row.GetValue(2) as long?;
            return new StateRow(value, etag, expires, IsDamaged: row.GetValue(3) as long? != Sum(key, value, etag, expires));
        },
        _name, key);

    private void SetAside(StoreConnection store, string key, byte[] value)
    {
        Quarantine.Add(store, "state", $"{_name}/{key}", "checksum", value, _time.GetUtcNow());
        store.Execute("DELETE FROM state WHERE store = ?1 AND key = ?2", _name, key);
    }

    private long Sum(string key, byte[] value, string etag, long? expires) => Checksum.Of(value, $"{_name}\n{key}\n{etag}\n{expires}");

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private static DateTimeOffset? Time(long? milliseconds) => milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;

    private sealed record StateRow(byte[] Value, string ETag, long? Expires, bool IsDamaged);

    [LoggerMessage(310, LogLevel.Error, "State store {Store}: the entry of {Key} is damaged; it was moved to the quarantine table.")]
    private partial void LogDamaged(string store, string key);

    [LoggerMessage(311, LogLevel.Warning, "State store {Store}: entries that ran out were not removed this time: {Reason}")]
    private partial void LogCleanup(string store, string reason);
}
