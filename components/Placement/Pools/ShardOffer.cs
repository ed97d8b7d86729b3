namespace Serverless.Placement.Pools;

/// <summary>One attempt at one shard.</summary>
/// <param name="Shard">Number of the shard.</param>
/// <param name="Attempt">1, 2, ...: from the workflow's history. A higher attempt replaces a lower one.</param>
/// <param name="Probe">Rows of a poison probe (positions within the shard), or null for the whole shard. A probe writes no part.</param>
/// <param name="Avoid">Replicas that lost it before; taken only if there is no other.</param>
/// <param name="PoisonRows">Rows (positions within the shard) that are known to take workers down: they become error rows unseen by the engine.</param>
public sealed record ShardTicket(int Shard, int Attempt, RowRange? Probe = null, IReadOnlyList<string>? Avoid = null, IReadOnlyList<long>? PoisonRows = null);

/// <summary>Rows <see cref="First"/> .. <see cref="First"/> + <see cref="Count"/> - 1.</summary>
public sealed record RowRange(long First, long Count);

/// <summary>Shards of one group that wait for slots.</summary>
/// <param name="JobId">The job, attached.</param>
/// <param name="Group">Number of its group: outcomes go to the workflow <c>{jobId}-g{group}</c>.</param>
/// <param name="Shards">The attempts.</param>
/// <param name="NotBefore">When they may start, for a backoff. Default: at once.</param>
public sealed record ShardOffer(string JobId, int Group, IReadOnlyList<ShardTicket> Shards, DateTimeOffset? NotBefore = null);

/// <summary>Asks about a group.</summary>
public sealed record OfferQuery(string JobId, int Group);

/// <summary>What a pool knows of a group.</summary>
/// <param name="Queued">Attempts that wait.</param>
/// <param name="Leased">Attempts that a replica has.</param>
/// <param name="Reason">Why nothing is handed out at the moment, in words; null if something is.</param>
public sealed record OfferState(IReadOnlyList<ShardTicket> Queued, IReadOnlyList<LeasedShard> Leased, string? Reason);

/// <summary>An attempt in work.</summary>
public sealed record LeasedShard(ShardTicket Ticket, string ReplicaId, DateTimeOffset Since);
