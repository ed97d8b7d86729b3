using Dapr.Actors;
using Serverless.Placement.Pools;

namespace Serverless.Placement.Workers;

/// <summary>
/// A worker slot of a node, reached wherever the node is: actor type <see cref="GpuWorkers.TypeOf"/>, which only that node's process hosts; one id a slot (<see cref="GpuWorkers.SlotOf"/>).
/// All calls return at once.
/// </summary>
public interface IGpuWorkerActor : IActor
{
    /// <summary>Loads an engine unless it is there; the replica then comes to its pool (<see cref="IEnginePoolActor.ExchangeAsync"/>).</summary>
    Task StartEngineAsync(EngineStart start);

    /// <summary>Unloads a replica's engine once the shards that it has are done.</summary>
    Task StopEngineAsync(string replicaId);

    /// <summary>There is something for the replica at its pool.</summary>
    Task WakeAsync(string replicaId);

    /// <summary>Takes nothing new and ends every engine once its shards are done.</summary>
    Task DrainAsync();

    /// <summary>What runs here.</summary>
    Task<WorkerHealth> GetHealthAsync();
}

/// <summary>Which engine to load.</summary>
/// <param name="PoolId">The pool that the replica belongs to.</param>
/// <param name="ReplicaId">The replica: the id of its placement group.</param>
/// <param name="Engine">Model and arguments.</param>
/// <param name="Accelerators">Indices of the node's accelerators that the bundle holds; empty on a CPU.</param>
public sealed record EngineStart(string PoolId, string ReplicaId, EngineSpec Engine, IReadOnlyList<int> Accelerators);

/// <summary>A worker's engines.</summary>
public sealed record WorkerHealth(string NodeId, string Incarnation, bool Draining, IReadOnlyList<EngineHealth> Engines);

/// <summary>One engine.</summary>
public sealed record EngineHealth(string ReplicaId, string PoolId, ReplicaState State, int Shards, string? Message);
