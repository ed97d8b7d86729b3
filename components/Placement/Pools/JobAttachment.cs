namespace Serverless.Placement.Pools;

/// <summary>A job that works in a pool.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Tenant">Whose it is; slots of equal priority are shared fairly among tenants, then among a tenant's jobs by age.</param>
/// <param name="Priority">Higher first.</param>
/// <param name="SubmittedAt">Its age.</param>
/// <param name="Engine">What its replicas are.</param>
/// <param name="MinReplicas">Replicas that it asks for at least.</param>
/// <param name="MaxReplicas">Replicas that it can use.</param>
/// <param name="ShardsPerReplica">Its shards in flight on one replica (<c>max_concurrent_batches</c>).</param>
/// <param name="SpecUri">The blob of the job's spec, which a worker reads.</param>
/// <param name="TraceParent">The span (W3C traceparent) under which its shards run. Default: none.</param>
public sealed record JobAttachment(
    string JobId, string Tenant, int Priority, DateTimeOffset SubmittedAt, EngineSpec Engine, int MinReplicas, int MaxReplicas, int ShardsPerReplica, string SpecUri,
    string? TraceParent = null);

/// <summary>What shall happen with a job's shards.</summary>
public enum JobControlKind
{
    /// <summary>No new shard is handed out; what runs ends.</summary>
    Pause,

    /// <summary>Shards are handed out again.</summary>
    Resume,

    /// <summary>No new shard is handed out and what runs is stopped at the next step.</summary>
    Stop,
}

/// <summary>An order about one job.</summary>
public sealed record JobControl(string JobId, JobControlKind Kind);
