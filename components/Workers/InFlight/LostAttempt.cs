namespace Serverless.Workers.InFlight;

/// <summary>An attempt that the node's last process had when it died.</summary>
/// <param name="JobId">The job.</param>
/// <param name="ReplicaId">The replica.</param>
/// <param name="Group">The shard's group.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Rows">Rows (positions in the shard) that the engine had.</param>
internal sealed record LostAttempt(string JobId, string ReplicaId, int Group, int Shard, int Attempt, IReadOnlyList<long> Rows);
