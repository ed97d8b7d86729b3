using Serverless.Contracts.Api;
using Serverless.Contracts.Errors;
using Serverless.Jobs.Actors;
using Serverless.Placement.Pools;

namespace Serverless.Workflows;

/// <summary>Which shards of a group are out, at which attempt. Deterministic: part of a workflow.</summary>
internal sealed class GroupShards
{
    /// <summary>Workers that a shard may lose before the job is failed: by then it is certain that it is not the workers' fault.</summary>
    public const int MaxLost = 5;

    private readonly SortedDictionary<int, Attempts> _out = [];
    private readonly int _maxAttempts;

    public GroupShards(GroupInput input)
    {
        _maxAttempts = input.MaxAttempts;
        for (var shard = input.First; shard < input.First + input.Count; shard++)
        {
            _out.Add(shard, new Attempts());
        }
    }

    /// <summary>The attempts that are out.</summary>
    public IReadOnlyList<ShardTicket> Out => [.. _out.Select(shard => shard.Value.Ticket(shard.Key))];

    /// <summary>Parts that are there.</summary>
    public void Done(IEnumerable<int> shards)
    {
        foreach (var shard in shards)
        {
            _out.Remove(shard);
        }
    }

    /// <summary>Takes outcomes and gives the attempts to offer again. An outcome of an attempt that is not out changes nothing.</summary>
    /// <exception cref="JobFailedException">An outcome fails the job.</exception>
    public IReadOnlyList<ShardTicket> Apply(ShardsEnded ended)
    {
        List<ShardTicket> again = [];
        foreach (var end in ended.Shards)
        {
            if (!_out.TryGetValue(end.Shard, out var attempts))
            {
                continue;
            }

            if (end.Kind is ShardOutcomeKind.Done)
            {
                _out.Remove(end.Shard);
            }
            else if (end.Attempt == attempts.Number && Next(end, attempts))
            {
                again.Add(attempts.Ticket(end.Shard));
            }
        }

        return again;
    }

    /// <summary>Attempts that are out and that the pool does not know.</summary>
    public IReadOnlyList<(int Shard, int Attempt)> Silent(OfferState known)
    {
        var there = known.Queued.Concat(known.Leased.Select(lease => lease.Ticket)).Select(ticket => (ticket.Shard, ticket.Attempt)).ToHashSet();
        return [.. _out.Select(shard => (shard.Key, shard.Value.Number)).Where(attempt => !there.Contains(attempt))];
    }

    /// <summary>The next attempts of those that went silent, unless their outcome has come or their part was found meanwhile.</summary>
    public IReadOnlyList<ShardTicket> Again(IEnumerable<(int Shard, int Attempt)> silent)
    {
        List<ShardTicket> again = [];
        foreach (var (shard, attempt) in silent)
        {
            if (_out.TryGetValue(shard, out var attempts) && attempts.Number == attempt)
            {
                attempts.Number++;
                again.Add(attempts.Ticket(shard));
            }
        }

        return again;
    }

    /// <summary>Counts an outcome that is no success; true if the shard is offered again.</summary>
    private bool Next(ShardEnd end, Attempts attempts)
    {
        if (end.Kind is ShardOutcomeKind.Stopped or ShardOutcomeKind.ProbePassed)
        {
            return false;
        }

        var code = end.Kind is ShardOutcomeKind.WorkerLost ? ErrorCodes.WorkerLost : end.ErrorCode ?? ErrorCodes.Internal;
        var kind = ErrorTable.ClassOf(code);
        if (kind is ErrorClass.WorkerLost && ++attempts.Lost > MaxLost)
        {
            throw new JobFailedException(new JobErrorResource(code, $"shard {end.Shard} lost {attempts.Lost} workers, at last: {end.ErrorMessage ?? "its worker is gone"}"));
        }

        if (kind is ErrorClass.Transient && ++attempts.Failed >= _maxAttempts)
        {
            throw new JobFailedException(new JobErrorResource(code, $"shard {end.Shard} failed {attempts.Failed} times, at last: {end.ErrorMessage}"));
        }

        if (kind is not (ErrorClass.Transient or ErrorClass.WorkerLost))
        {
            throw new JobFailedException(new JobErrorResource(code, end.ErrorMessage ?? $"shard {end.Shard} failed"));
        }

        attempts.Number++;
        if (end.ReplicaId is { } replica && !attempts.Avoid.Contains(replica))
        {
            attempts.Avoid.Add(replica);
        }

        return true;
    }

    private sealed class Attempts
    {
        public int Number { get; set; } = 1;

        public int Failed { get; set; }

        public int Lost { get; set; }

        public List<string> Avoid { get; } = [];

        public ShardTicket Ticket(int shard) => new(shard, Number, Avoid: Avoid.Count > 0 ? [.. Avoid] : null);
    }
}
