using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Serverless.Placement.Pools;

namespace Serverless.Placement;

/// <summary>
/// How the pools and the workers stand whose actors live in this process, as their last turns left it. Names and units follow OpenTelemetry's
/// conventions (dotted lower case, UCUM units).
/// </summary>
internal static class PlacementInstruments
{
    private static readonly Meter Meter = new("Serverless.Placement");
    private static readonly ConcurrentDictionary<string, PoolLoad> Pools = new(StringComparer.Ordinal);
    private static volatile Func<IReadOnlyDictionary<string, int>>? _workers;

    static PlacementInstruments()
    {
        Meter.CreateObservableGauge("serverless.pool.shards", Shards, "{shard}", "Shards of an engine pool that run on a replica or wait for one");
        Meter.CreateObservableGauge("serverless.pool.replicas", Replicas, "{replica}", "Replicas of an engine pool, by state");
        Meter.CreateObservableGauge("serverless.workers", Workers, "{worker}", "Workers, by state; those lost within the last hour too");
    }

    /// <summary>A pool's turn is over.</summary>
    public static void Note(string poolId, PoolLoad load) => Pools[poolId] = load;

    /// <summary>A pool has left this process.</summary>
    public static void Forget(string poolId) => Pools.TryRemove(poolId, out _);

    /// <summary>The cluster lives here and counts its workers by state; null: it has left.</summary>
    public static void NoteWorkers(Func<IReadOnlyDictionary<string, int>>? count) => _workers = count;

    private static IEnumerable<Measurement<long>> Shards() => Pools.SelectMany(pool => new[]
    {
        new Measurement<long>(pool.Value.Running, Tags(pool.Key, "running")), new Measurement<long>(pool.Value.Waiting, Tags(pool.Key, "waiting")),
    });

    private static IEnumerable<Measurement<long>> Replicas() =>
        from pool in Pools
        from state in Enum.GetValues<ReplicaState>()
        select new Measurement<long>(pool.Value.Replicas.GetValueOrDefault(state), Tags(pool.Key, JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString())));

    private static IEnumerable<Measurement<long>> Workers() =>
        _workers?.Invoke().Select(count => new Measurement<long>(count.Value, new KeyValuePair<string, object?>("state", count.Key))) ?? [];

    private static KeyValuePair<string, object?>[] Tags(string pool, string state) => [new("pool", pool), new("state", state)];
}

/// <summary>What a pool has to do.</summary>
/// <param name="Running">Shards that a replica has.</param>
/// <param name="Waiting">Shards that wait for one.</param>
/// <param name="Replicas">Its replicas by state.</param>
internal sealed record PoolLoad(int Running, int Waiting, IReadOnlyDictionary<ReplicaState, int> Replicas);
