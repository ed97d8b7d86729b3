using Serverless.Jobs.Actors;
using Serverless.Placement.Pools;

namespace Serverless.Workflows;

/// <summary>Which shards of a group are out, at which attempt. Deterministic: part of a workflow.</summary>
internal sealed class GroupShards
{
    private readonly SortedDictionary<int, ShardAttempts> _out = [];

    public GroupShards(GroupInput input)
    {
        for (var shard = input.First; shard < input.First + input.Count; shard++)
        {
            _out.Add(shard, new ShardAttempts(shard, input.MaxAttempts));
        }
    }

    /// <summary>The attempts that are out.</summary>
    public IReadOnlyList<ShardTicket> Out => [.. _out.Values.Select(attempts => attempts.Ticket)];

    /// <summary>Parts that are there.</summary>
    public void Done(IEnumerable<int> shards)
    {
        foreach (var shard in shards)
        {
            _out.Remove(shard);
        }
    }

    /// <summary>Takes outcomes and gives the attempts to offer next.</summary>
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
            else if (attempts.Take(end))
            {
                again.Add(attempts.Ticket);
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
                attempts.Silent();
                again.Add(attempts.Ticket);
            }
        }

        return again;
    }
}
