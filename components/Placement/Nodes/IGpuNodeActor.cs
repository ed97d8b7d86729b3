using Dapr.Actors;
using Serverless.Placement.Cluster;
using Serverless.Placement.Scheduling;

namespace Serverless.Placement.Nodes;

/// <summary>
/// The ledger of one node (actor id = node id): what is held of it and by whom. Placement groups reserve in two phases; every call may be
/// repeated. It tells the cluster what is in use, and calls nobody else.
/// </summary>
public interface IGpuNodeActor : IActor
{
    /// <summary>Actor type.</summary>
    const string ActorType = "GpuNode";

    /// <summary>Holds bundles, all or none, until they are committed, cancelled, or a minute has passed.</summary>
    Task<PrepareAnswer> PrepareAsync(PrepareBundles bundles);

    /// <summary>Makes what was prepared last. False: it is not held any more.</summary>
    Task<bool> CommitAsync(string operation);

    /// <summary>Lets go of what was prepared.</summary>
    Task CancelAsync(string operation);

    /// <summary>Gives back what was committed.</summary>
    Task ReturnAsync(string operation);

    /// <summary>What is held.</summary>
    Task<NodeUse> GetUseAsync();
}

/// <summary>Bundles for one node.</summary>
/// <param name="Operation">The placement group and its attempt: the same operation is done once.</param>
/// <param name="Node">The node as the cluster sees it: its size and its generation.</param>
/// <param name="Bundles">What to hold.</param>
public sealed record PrepareBundles(string Operation, NodeView Node, IReadOnlyList<PlacedBundle> Bundles);

/// <summary>Whether bundles are held now.</summary>
/// <param name="Prepared">Whether they are.</param>
/// <param name="Use">What the node holds.</param>
/// <param name="Reason">Why not. Null if they are.</param>
public sealed record PrepareAnswer(bool Prepared, NodeUse Use, string? Reason);
