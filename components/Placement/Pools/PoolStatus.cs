namespace Serverless.Placement.Pools;

/// <summary>A pool, for people.</summary>
public sealed record PoolStatus(string PoolId, EngineSpec? Engine, IReadOnlyList<ReplicaStatus> Replicas, IReadOnlyList<PoolJobStatus> Jobs, string? WaitingFor);

/// <summary>One replica.</summary>
public sealed record ReplicaStatus(string ReplicaId, string? NodeId, ReplicaState State, int Shards, DateTimeOffset? LastSeen, string? Message);

/// <summary>One job of a pool.</summary>
public sealed record PoolJobStatus(string JobId, string Tenant, int Priority, int Queued, int Leased, bool Paused);
