using Serverless.Contracts.Api;
using Serverless.Placement.Pools;
using Serverless.Processing.Jobs;

namespace Serverless.Jobs.Commands;

/// <summary>The attempts of a job that wait or run.</summary>
/// <param name="queued">Those that wait for a slot.</param>
/// <param name="leased">Those that a replica has.</param>
/// <param name="progress">How far the workers said that they are.</param>
/// <param name="replicas">Where the pool's replicas are.</param>
internal sealed class OpenAttempts(
    IEnumerable<ShardTicket> queued, IEnumerable<LeasedShard> leased, IEnumerable<ShardProgress> progress, IEnumerable<ReplicaStatus> replicas)
{
    private readonly Dictionary<int, ShardTicket> _queued = queued.ToDictionary(ticket => ticket.Shard);
    private readonly Dictionary<int, LeasedShard> _leased = leased.ToDictionary(lease => lease.Ticket.Shard);
    private readonly Dictionary<(int, int), ShardProgress> _progress = progress.DistinctBy(shard => (shard.Shard, shard.Attempt)).ToDictionary(shard => (shard.Shard, shard.Attempt));
    private readonly Dictionary<string, string?> _nodes = replicas.ToDictionary(replica => replica.ReplicaId, replica => replica.NodeId);

    /// <summary>A shard that has no part.</summary>
    public ShardResource Of(OutputShard shard, bool jobHasEnded)
    {
        var plan = shard.Plan;
        if (_leased.TryGetValue(plan.Shard, out var lease))
        {
            var said = _progress.GetValueOrDefault((plan.Shard, lease.Ticket.Attempt));
            return new ShardResource(
                plan.Shard, "running", plan.FirstRow, plan.Rows, said?.RowsDone ?? 0, said?.RowsFailed ?? 0, lease.Ticket.Attempt,
                _nodes.GetValueOrDefault(lease.ReplicaId), lease.Since, Part: null);
        }

        var attempt = _queued.GetValueOrDefault(plan.Shard)?.Attempt;
        var state = jobHasEnded ? "stopped" : attempt is null ? "pending" : "queued";
        return new ShardResource(plan.Shard, state, plan.FirstRow, plan.Rows, RowsDone: 0, RowsFailed: 0, attempt, Worker: null, Since: null, Part: null);
    }
}
