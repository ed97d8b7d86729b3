using Serverless.Contracts.Specs;
using Serverless.Placement.Pools;

namespace Serverless.Placement.Tests.Actors;

/// <summary>Jobs, offers and exchanges for tests.</summary>
internal static class Work
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    public static EngineSpec Engine(PlacementStrategy strategy = PlacementStrategy.Pack, double accelerator = 1, string? type = null) => new(
        new ModelSpec { Source = "models/tiny" },
        new PlacementSpec { Strategy = strategy, AcceleratorType = type, BundlePerWorker = new Dictionary<string, double> { ["accelerator"] = accelerator } });

    public static JobAttachment Job(string id, EngineSpec? engine = null, string tenant = "t", int priority = 0, int min = 0, int max = 1, int shards = 8, int minute = 0) =>
        new(id, tenant, priority, Noon.AddMinutes(minute), engine ?? Engine(), min, max, shards, $"spec-{id}");

    public static ShardOffer Offer(string job, int group, int first, int count, int attempt = 1, DateTimeOffset? notBefore = null) =>
        new(job, group, [.. Enumerable.Range(first, count).Select(shard => new ShardTicket(shard, attempt))], notBefore);

    public static WorkerExchange Exchange(string replica, string node, int capacity, params IEnumerable<RunningShard> running) =>
        new(replica, node, "p1", ReplicaState.Ready, [.. running], capacity);

    public static RunningShard Running(this ShardLease lease) => new(lease.JobId, lease.Ticket.Shard, lease.Ticket.Attempt);
}
