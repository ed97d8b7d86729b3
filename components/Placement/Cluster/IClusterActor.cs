using Dapr.Actors;
using Serverless.Placement.Scheduling;

namespace Serverless.Placement.Cluster;

/// <summary>The nodes. One actor, id <see cref="Id"/>; it calls nobody.</summary>
public interface IClusterActor : IActor
{
    /// <summary>Actor type.</summary>
    const string ActorType = "Cluster";

    /// <summary>The only id.</summary>
    const string Id = "cluster";

    /// <summary>A node is there, and how it is; from a thread of its own every 5 s. A node that is silent for 30 s is lost.</summary>
    Task<HeartbeatAnswer> HeartbeatAsync(NodeReport node);

    /// <summary>A node goes on purpose.</summary>
    Task LeaveAsync(NodeLeave leave);

    /// <summary>Asks that a node drains; its next heartbeat is told. Over when its process is another one.</summary>
    /// <exception cref="InvalidOperationException">No such node.</exception>
    Task RequestDrainAsync(string nodeId);

    /// <summary>What of a node is in use; from its ledger.</summary>
    Task ReportUseAsync(NodeUse use);

    /// <summary>A placement group waits for room; said again as long as it does.</summary>
    Task ReportWaitingAsync(string groupId);

    /// <summary>Whether a placement group waits for room: whoever holds what it does not need should let go.</summary>
    Task<bool> IsRoomWantedAsync();

    /// <summary>All nodes, live and lost (for an hour), with what of them is in use.</summary>
    Task<IReadOnlyList<NodeView>> GetNodesAsync();
}

/// <summary>A node, as it says itself.</summary>
/// <param name="NodeId">ASCII letters, digits, <c>. _ -</c>.</param>
/// <param name="Incarnation">Its process; a new one has lost all that the old one held.</param>
/// <param name="Accelerators">Its GPUs, or its one CPU engine slot.</param>
/// <param name="Resources">Further resources by name, such as <c>cpu</c> and <c>memory</c> (bytes).</param>
/// <param name="Labels">Labels that jobs may ask for.</param>
/// <param name="Draining">It takes nothing new.</param>
/// <param name="Health">What runs on it.</param>
public sealed record NodeReport(
    string NodeId, string Incarnation, IReadOnlyList<Accelerator> Accelerators, IReadOnlyDictionary<string, double> Resources,
    IReadOnlyDictionary<string, string> Labels, bool Draining = false, Workers.WorkerHealth? Health = null);

/// <summary>One accelerator.</summary>
/// <param name="Index">0, 1, ...</param>
/// <param name="Type">Its model, such as <c>NVIDIA H200</c>, or <c>cpu</c>.</param>
/// <param name="MemoryBytes">Its memory.</param>
/// <param name="Uuid">Its unique name, where it has one.</param>
public sealed record Accelerator(int Index, string Type, long MemoryBytes, string? Uuid = null);

/// <summary>What the cluster answers to a heartbeat.</summary>
/// <param name="Drain">Somebody asked that the node drains.</param>
public sealed record HeartbeatAnswer(bool Drain);

/// <summary>A node that goes.</summary>
public sealed record NodeLeave(string NodeId, string Incarnation);

/// <summary>A node, as the cluster sees it.</summary>
/// <param name="Report">What it said last.</param>
/// <param name="LastSeen">When.</param>
/// <param name="Alive">Whether it is there.</param>
/// <param name="Used">Resources in use, by name; <c>accelerator</c> counts fractions.</param>
/// <param name="Generation">Numbers the node's incarnations: a later one has a higher number.</param>
/// <param name="AcceleratorUse">What of each accelerator is in use. Default: nothing.</param>
public sealed record NodeView(
    NodeReport Report, DateTimeOffset LastSeen, bool Alive, IReadOnlyDictionary<string, double> Used,
    long Generation = 0, IReadOnlyList<AcceleratorShare>? AcceleratorUse = null);

/// <summary>What a node's ledger holds.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Generation">The incarnation that it is for.</param>
/// <param name="Revision">Grows with every change, so that a late report is known as such.</param>
/// <param name="Held">What is held.</param>
public sealed record NodeUse(string NodeId, long Generation, long Revision, IReadOnlyList<HeldBundles> Held);

/// <summary>What one operation holds on a node.</summary>
/// <param name="Operation">The placement group and its attempt.</param>
/// <param name="Expires">When it is dropped unless it is committed; null once it is.</param>
/// <param name="Bundles">What it holds.</param>
public sealed record HeldBundles(string Operation, DateTimeOffset? Expires, IReadOnlyList<PlacedBundle> Bundles);
