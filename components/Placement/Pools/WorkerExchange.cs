namespace Serverless.Placement.Pools;

/// <summary>
/// A replica comes to its pool: about once a second while it works, at once when a slot is free, and when it is woken
/// (<see cref="Workers.IGpuWorkerActor.WakeAsync"/>). A replica that has not come for 30 s has lost its leases.
/// </summary>
/// <param name="ReplicaId">The replica: the id of its placement group.</param>
/// <param name="NodeId">Where it runs.</param>
/// <param name="Incarnation">Its process: another one has none of the leases.</param>
/// <param name="State">Whether the engine is there.</param>
/// <param name="Running">Attempts that it has (after those that ended were reported to their jobs). A lease that is not here any more is over.</param>
/// <param name="Capacity">Shards of one job that it could take besides those that run, by its memory; the pool bounds it by each job's limit.</param>
/// <param name="Error">Why the engine is not there, for <see cref="ReplicaState.Failed"/>.</param>
public sealed record WorkerExchange(
    string ReplicaId, string NodeId, string Incarnation, ReplicaState State, IReadOnlyList<RunningShard> Running, int Capacity, ReplicaError? Error = null);

/// <summary>An attempt that runs.</summary>
public sealed record RunningShard(string JobId, int Shard, int Attempt);

/// <summary>What went wrong with an engine.</summary>
/// <param name="Code">One of the error codes of Contracts.</param>
/// <param name="Message">What is wrong and what to do.</param>
public sealed record ReplicaError(string Code, string Message);

/// <summary>Where a replica stands.</summary>
public enum ReplicaState
{
    /// <summary>Its placement group is not there yet.</summary>
    Waiting,

    /// <summary>The engine is being loaded.</summary>
    Starting,

    /// <summary>It takes shards.</summary>
    Ready,

    /// <summary>It takes no new shards and goes when those that it has are done.</summary>
    Draining,

    /// <summary>The engine could not be loaded.</summary>
    Failed,
}

/// <summary>What a replica shall do.</summary>
/// <param name="Shards">Attempts to start.</param>
/// <param name="Stop">Attempts to stop at the next step: their job ends, or another attempt replaced them.</param>
/// <param name="Retire">Unload the engine and go: the pool does not know this replica, or has given it back.</param>
public sealed record ExchangeAnswer(IReadOnlyList<ShardLease> Shards, IReadOnlyList<RunningShard> Stop, bool Retire);

/// <summary>An attempt for a replica.</summary>
/// <param name="JobId">The job.</param>
/// <param name="SpecUri">Its spec's blob.</param>
/// <param name="Group">Its group.</param>
/// <param name="Ticket">The attempt.</param>
/// <param name="TraceParent">The span (W3C traceparent) under which it runs. Default: none.</param>
public sealed record ShardLease(string JobId, string SpecUri, int Group, ShardTicket Ticket, string? TraceParent = null);
