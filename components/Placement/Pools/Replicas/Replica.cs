using Serverless.Placement.Groups;

namespace Serverless.Placement.Pools.Replicas;

/// <summary>What is stored of a replica.</summary>
/// <param name="ReplicaId">Its id, and that of its placement group.</param>
/// <param name="NodeId">Where it stands; null while it waits for room.</param>
/// <param name="Accelerators">Indices of its accelerators; empty on a CPU.</param>
/// <param name="Attempt">The attempt of its placement group.</param>
/// <param name="Retiring">It is to go when it has nothing left.</param>
public sealed record StoredReplica(string ReplicaId, string? NodeId, IReadOnlyList<int> Accelerators, int Attempt, bool Retiring);

/// <summary>A replica of the pool, with what is known of it in memory only.</summary>
internal sealed class Replica(StoredReplica stored, DateTimeOffset now)
{
    public StoredReplica Stored { get; set; } = stored;

    public string Id => Stored.ReplicaId;

    public ReplicaState State { get; set; } = stored.NodeId is null ? ReplicaState.Waiting : ReplicaState.Starting;

    /// <summary>What it waits for, or what is wrong.</summary>
    public string? Message { get; set; }

    public bool Infeasible { get; set; }

    public string? Incarnation { get; set; }

    /// <summary>When it came last, or was told to start.</summary>
    public DateTimeOffset LastSeen { get; set; } = now;

    /// <summary>Whether it ever came since it was placed where it stands.</summary>
    public bool Came { get; set; }

    /// <summary>Since when it has nothing to do.</summary>
    public DateTimeOffset IdleSince { get; set; } = now;

    /// <summary>Whether others wait for room while it holds some.</summary>
    public bool Wanted { get; set; }

    /// <summary>Room that its last answer left it.</summary>
    public int Free { get; set; }

    /// <summary>Whether it was woken since it came last.</summary>
    public bool Woken { get; set; }

    public bool TakesShards => State == ReplicaState.Ready && !Stored.Retiring;

    /// <summary>Whether it is, or may become, one that takes shards.</summary>
    public bool Counts => !Stored.Retiring && State is not (ReplicaState.Draining or ReplicaState.Failed);

    /// <summary>Takes up where its placement group lies; whether that is another place than before.</summary>
    public bool Place(GroupStatus group, IReadOnlyList<int> accelerators, DateTimeOffset now)
    {
        Message = group.Reason;
        Infeasible = group.Infeasible;
        var nodeId = group.State == GroupState.Created ? group.Bundles[0].NodeId : null;
        if (nodeId == Stored.NodeId && (nodeId is null || group.Attempt == Stored.Attempt))
        {
            return false;
        }

        Stored = Stored with { NodeId = nodeId, Accelerators = nodeId is null ? [] : accelerators, Attempt = group.Attempt };
        State = nodeId is null ? ReplicaState.Waiting : ReplicaState.Starting;
        (Incarnation, Came, LastSeen, Free, Woken) = (null, false, now, 0, false);
        return true;
    }
}
