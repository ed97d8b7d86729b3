using System.Text.Json.Serialization;

namespace Serverless.Contracts.Api;

/// <summary>The workers: <c>GET /api/v1/workers</c>.</summary>
/// <param name="Workers">All that are there, and those lost within the last hour.</param>
public sealed record WorkerList([property: JsonPropertyName("workers")] IReadOnlyList<WorkerResource> Workers);

/// <summary>One worker.</summary>
/// <param name="Id">Its node.</param>
/// <param name="State">ready, draining or lost.</param>
/// <param name="Accelerators">Its GPUs, or its CPU engine slot.</param>
/// <param name="Used">Resources in use, by name.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Engines">Engines that it has loaded or is loading.</param>
/// <param name="Shards">Shards that run on it.</param>
/// <param name="LastSeen">Its last heartbeat.</param>
public sealed record WorkerResource(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("accelerators")] IReadOnlyList<AcceleratorResource> Accelerators,
    [property: JsonPropertyName("used")] IReadOnlyDictionary<string, double> Used,
    [property: JsonPropertyName("labels")] IReadOnlyDictionary<string, string> Labels,
    [property: JsonPropertyName("engines")] IReadOnlyList<EngineResource> Engines,
    [property: JsonPropertyName("shards")] int Shards,
    [property: JsonPropertyName("last_seen")] DateTimeOffset LastSeen);

/// <summary>One accelerator.</summary>
/// <param name="Index">0, 1, ..., as the CUDA driver numbers the worker's cards.</param>
/// <param name="Type">Its model, such as <c>NVIDIA H200</c>, or <c>cpu</c>.</param>
/// <param name="MemoryBytes">Its memory.</param>
/// <param name="Uuid">Its identity, as nvidia-smi prints it; null for a CPU slot.</param>
public sealed record AcceleratorResource(
    [property: JsonPropertyName("index")] int Index,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("memory_bytes")] long MemoryBytes,
    [property: JsonPropertyName("uuid")] string? Uuid = null);

/// <summary>One engine replica on a worker.</summary>
/// <param name="ReplicaId">The replica: the id of its placement group.</param>
/// <param name="PoolId">Its pool.</param>
/// <param name="State">waiting, starting, ready, draining or failed.</param>
/// <param name="Shards">Shards that it has.</param>
/// <param name="Message">What is to say of it.</param>
public sealed record EngineResource(
    [property: JsonPropertyName("replica_id")] string ReplicaId,
    [property: JsonPropertyName("pool_id")] string PoolId,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("shards")] int Shards,
    [property: JsonPropertyName("message")] string? Message);

/// <summary>The engine pools that have a replica somewhere: <c>GET /api/v1/pools</c>.</summary>
public sealed record PoolList([property: JsonPropertyName("pools")] IReadOnlyList<PoolResource> Pools);

/// <summary>One pool.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Model">The model that it runs.</param>
/// <param name="Replicas">Its replicas.</param>
/// <param name="Jobs">The caller's jobs in it.</param>
/// <param name="WaitingFor">What it waits for.</param>
public sealed record PoolResource(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("model")] string? Model,
    [property: JsonPropertyName("replicas")] IReadOnlyList<ReplicaResource> Replicas,
    [property: JsonPropertyName("jobs")] IReadOnlyList<PoolJobResource> Jobs,
    [property: JsonPropertyName("waiting_for")] string? WaitingFor);

/// <summary>One replica of a pool.</summary>
public sealed record ReplicaResource(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("worker")] string? Worker,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("shards")] int Shards,
    [property: JsonPropertyName("last_seen")] DateTimeOffset? LastSeen,
    [property: JsonPropertyName("message")] string? Message);

/// <summary>One job of a pool.</summary>
public sealed record PoolJobResource(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("priority")] int Priority,
    [property: JsonPropertyName("queued")] int Queued,
    [property: JsonPropertyName("running")] int Running,
    [property: JsonPropertyName("paused")] bool Paused);

/// <summary>The placement groups of the replicas: <c>GET /api/v1/placement-groups</c>.</summary>
public sealed record PlacementGroupList([property: JsonPropertyName("placement_groups")] IReadOnlyList<PlacementGroupResource> Groups);

/// <summary>One placement group.</summary>
/// <param name="Id">Its id.</param>
/// <param name="PoolId">The pool whose replica it holds.</param>
/// <param name="State">PENDING, PREPARED, CREATED, REMOVED or RESCHEDULING.</param>
/// <param name="Bundles">Where its bundles are.</param>
/// <param name="Reason">What it waits for.</param>
/// <param name="Infeasible">Whether no worker could ever hold it.</param>
public sealed record PlacementGroupResource(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("pool_id")] string PoolId,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("bundles")] IReadOnlyList<string> Bundles,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("infeasible")] bool Infeasible);
