using Serverless.Placement.Cluster;
using Serverless.Placement.Scheduling;

namespace Serverless.Placement.Groups;

/// <summary>What a group knows of itself. Immutable; saved before every step that others can see.</summary>
/// <param name="Request">What it asks for.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Attempt">Counts placements; part of the operation's id.</param>
/// <param name="Bundles">Where its bundles lie, or are to lie.</param>
/// <param name="Generations">The incarnations of the nodes on which they lie.</param>
/// <param name="ToReturn">Operations and nodes that may hold something of it still.</param>
/// <param name="Reason">What it waits for.</param>
/// <param name="Infeasible">Whether that is in vain.</param>
public sealed record StoredGroup(
    PlacementRequest Request, GroupState State, int Attempt, IReadOnlyList<PlacedBundle> Bundles, IReadOnlyDictionary<string, long> Generations,
    IReadOnlyList<HeldOperation> ToReturn, string? Reason, bool Infeasible)
{
    /// <summary>A new group.</summary>
    public static StoredGroup New(PlacementRequest request) =>
        new(request, GroupState.Pending, 0, [], new Dictionary<string, long>(), [], "it was not looked for room yet", Infeasible: false);

    /// <summary>The group as others see it.</summary>
    public GroupStatus Status => new(State, Attempt, State == GroupState.Created ? Bundles : [], Reason, Infeasible);

    /// <summary>Whether it looks for room.</summary>
    public bool Looks => State is GroupState.Pending or GroupState.Rescheduling;

    /// <summary>The node of the group that is not there any more as it was; null if all are.</summary>
    public string? LostNode(IReadOnlyList<NodeView> nodes) => Generations.Keys.FirstOrDefault(id =>
        !nodes.Any(node => node.Report.NodeId == id && node.Alive && node.Generation == Generations[id]));

    /// <summary>The next attempt, with everything that it may come to hold noted for return.</summary>
    public StoredGroup Trying(string groupId, IReadOnlyList<PlacedBundle> bundles, IReadOnlyList<NodeView> nodes)
    {
        var attempt = Attempt + 1;
        var ids = bundles.Select(bundle => bundle.NodeId).Distinct().ToArray();
        return this with
        {
            Attempt = attempt,
            Bundles = bundles,
            Generations = ids.ToDictionary(id => id, id => nodes.First(node => node.Report.NodeId == id).Generation),
            ToReturn = [.. ToReturn, .. ids.Select(id => new HeldOperation(id, Operation(groupId, attempt)))],
        };
    }

    /// <summary>The id of this attempt's reservations.</summary>
    public string Operation(string groupId) => Operation(groupId, Attempt);

    /// <summary>The group, having let go of where it was or was to be.</summary>
    public StoredGroup Looking(GroupState state, string? reason, bool infeasible = false) =>
        this with { State = state, Bundles = [], Generations = new Dictionary<string, long>(), Reason = reason, Infeasible = infeasible };

    /// <summary>What the group may hold besides its own attempt.</summary>
    public IEnumerable<HeldOperation> Stale(string groupId) =>
        ToReturn.Where(held => State is not (GroupState.Prepared or GroupState.Created) || held.Operation != Operation(groupId));

    private static string Operation(string groupId, int attempt) => $"{groupId}@{attempt}";
}

/// <summary>A reservation on a node.</summary>
public sealed record HeldOperation(string NodeId, string Operation);
