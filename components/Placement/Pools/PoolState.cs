using Serverless.Placement.Pools.Replicas;

namespace Serverless.Placement.Pools;

/// <summary>What a pool stores of itself, besides the offers.</summary>
/// <param name="Engine">What its replicas are.</param>
/// <param name="Jobs">The attached jobs.</param>
/// <param name="Replicas">Its replicas.</param>
/// <param name="Created">Replicas that it has had: numbers the next.</param>
/// <param name="ToRemove">Placement groups that are to be removed.</param>
public sealed record PoolState(
    EngineSpec? Engine, IReadOnlyList<PoolJob> Jobs, IReadOnlyList<StoredReplica> Replicas, int Created, IReadOnlyList<string> ToRemove)
{
    /// <summary>A pool that nobody has used.</summary>
    public static PoolState Empty { get; } = new(null, [], [], 0, []);
}

/// <summary>An attached job.</summary>
/// <param name="Attachment">What it asks for.</param>
/// <param name="Paused">Whether it is paused.</param>
/// <param name="Stopped">Whether it is stopped, for good.</param>
/// <param name="Groups">The groups whose offers are stored.</param>
public sealed record PoolJob(JobAttachment Attachment, bool Paused, bool Stopped, IReadOnlyList<int> Groups);
