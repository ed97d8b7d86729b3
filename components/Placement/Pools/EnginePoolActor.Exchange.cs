using Serverless.Contracts.Errors;
using Serverless.Placement.Hosting;
using Serverless.Placement.Pools.Replicas;

namespace Serverless.Placement.Pools;

/// <summary>What happens when a replica comes. The hot path: it writes nothing unless a replica changes.</summary>
public sealed partial class EnginePoolActor
{
    /// <inheritdoc />
    public async Task<ExchangeAnswer> ExchangeAsync(WorkerExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var now = _time.GetUtcNow();
        if (!_replicas.TryGetValue(exchange.ReplicaId, out var replica) || replica.Stored.NodeId != exchange.NodeId)
        {
            // Given back, lost, or placed elsewhere by now.
            return new ExchangeAnswer([], exchange.Running, Retire: true);
        }

        var anew = replica.Incarnation is not null && replica.Incarnation != exchange.Incarnation;
        if (anew)
        {
            Lose(replica, "its process is another one");
        }

        var stop = _book.Note(replica.Id, exchange.Running, now);
        if (_awaited.Remove(replica.Id))
        {
            QueueUnclaimed(now);
        }

        var before = replica.State;
        (replica.State, replica.Incarnation, replica.LastSeen, replica.Came) = (exchange.State, exchange.Incarnation, now, true);
        if (exchange.State == ReplicaState.Failed)
        {
            Fail(replica, exchange.Error ?? new ReplicaError(ErrorCodes.EngineFailed, "the worker does not say why"), now);
            await AlignAsync(sweep: false);
            return new ExchangeAnswer([], stop, Retire: true);
        }

        if (exchange.Running.Count == 0 && !replica.TakesShards && (replica.Stored.Retiring || exchange.State == ReplicaState.Draining))
        {
            Drop(replica, replica.Stored.Retiring ? "nobody needs it" : "its worker drains");
            await AlignAsync(sweep: false);
            return new ExchangeAnswer([], stop, Retire: true);
        }

        var leases = replica.TakesShards ? _book.Lease(replica.Id, exchange.Running, exchange.Capacity, Ready(), now) : [];
        (replica.Free, replica.Woken) = (exchange.Capacity - leases.Count, false);
        if (exchange.Running.Count + leases.Count > 0)
        {
            replica.IdleSince = now;
        }

        if (exchange.State == ReplicaState.Ready && before != ReplicaState.Ready)
        {
            (_failures, _fault, replica.Message) = (0, null, null);
        }

        if (anew || replica.State != before || Silent(now).Length > 0)
        {
            await AlignAsync(sweep: false);
        }

        return new ExchangeAnswer(leases, stop, Retire: false);
    }

    private string[] Ready() => [.. _replicas.Values.Where(replica => replica.TakesShards).Select(replica => replica.Id)];

    /// <summary>What a replica had is over, and its jobs are told.</summary>
    private void Lose(Replica replica, string reason)
    {
        var lost = _book.Lose(replica.Id);
        PlacementLog.ReplicaLost(Logger, replica.Id, replica.Stored.NodeId, lost.Count, reason);
        foreach (var job in lost.GroupBy(entry => entry.JobId))
        {
            _outbox.Lost(job.Key, replica.Id, [.. job.Select(entry => new ShardOutcome(
                entry.Ticket.Group, entry.Ticket.Value.Shard, entry.Ticket.Value.Attempt, ShardOutcomeKind.WorkerLost,
                ErrorCode: ErrorCodes.WorkerLost, ErrorMessage: $"replica {replica.Id} on node {replica.Stored.NodeId}: {reason}"))]);
        }
    }

    /// <summary>
    /// An engine could not be loaded. If it never can, the jobs fail, unless it runs elsewhere: then it was the node. Otherwise another node is
    /// tried, after a pause that doubles. A node's device that does not work is the node's matter, until the only node that is left has failed again.
    /// </summary>
    private void Fail(Replica replica, ReplicaError error, DateTimeOffset now)
    {
        PlacementLog.EngineFailed(Logger, replica.Id, replica.Stored.NodeId, error.Code, error.Message);
        if (_book.LeasedBy(replica.Id) > 0)
        {
            Lose(replica, error.Message);
        }

        _lastFailure = $"the engine failed on node {replica.Stored.NodeId}: {error.Message}";
        Drop(replica, _lastFailure);
        bool isHopeless = ErrorTable.ClassOf(error.Code) == ErrorClass.Permanent
            || (error.Code == ErrorCodes.Device && replica.Stored.NodeId is { } nodeId && _avoid.TryGetValue(nodeId, out var until) && until > now);
        if (isHopeless && !_replicas.Values.Any(other => other.TakesShards))
        {
            _fault = error;
        }
        else
        {
            _retryAt = now + TimeSpan.FromTicks(Math.Min(_options.LongestBackoff.Ticks, _options.ShortestBackoff.Ticks << Math.Min(_failures++, 10)));
            Shun(replica, now);
        }
    }

    private void Shun(Replica replica, DateTimeOffset now)
    {
        if (replica.Stored.NodeId is { } nodeId)
        {
            _avoid[nodeId] = now + _options.LongestBackoff;
        }
    }

    private void Drop(Replica replica, string reason)
    {
        PlacementLog.ReplicaReturned(Logger, replica.Id, replica.Stored.NodeId, reason);
        _replicas.Remove(replica.Id);
        _toRemove.Add(replica.Id);
        _changed = true;
    }

    private Replica[] Silent(DateTimeOffset now) =>
    [
        // A replica that was told to start and did not come yet gets twice the time.
        .. _replicas.Values.Where(replica => replica.Stored.NodeId is not null && now - replica.LastSeen >= (replica.Came ? _options.LeaseTime : 2 * _options.LeaseTime)),
    ];
}
