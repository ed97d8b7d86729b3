using Serverless.Placement.Nodes;
using Serverless.Placement.Workers;

namespace Serverless.Placement.Cluster;

/// <summary>One node, as it is stored. When it was seen last is known in memory only: a heartbeat changes nothing here.</summary>
/// <param name="Report">What it said last, without its health.</param>
/// <param name="Generation">Number of its incarnation.</param>
/// <param name="Earlier">Incarnations before this one, the latest first.</param>
/// <param name="Drain">Somebody asked that it drains.</param>
/// <param name="LostAt">Since when it is not there; null while it is.</param>
/// <param name="Use">What its ledger said last.</param>
public sealed record StoredNode(NodeReport Report, long Generation, IReadOnlyList<string> Earlier, bool Drain, DateTimeOffset? LostAt, NodeUse? Use);

/// <summary>The nodes; plain state and arithmetic of time.</summary>
internal sealed class NodeTable
{
    private const int RememberedIncarnations = 4;

    private readonly TimeSpan _lease;
    private readonly TimeSpan _memory;
    private readonly SortedDictionary<string, StoredNode> _nodes;
    private readonly Dictionary<string, (DateTimeOffset LastSeen, WorkerHealth? Health)> _seen = [];

    /// <summary>Takes up what was stored. Nodes that were there get a lease to come back with: their heartbeats went elsewhere meanwhile.</summary>
    public NodeTable(IEnumerable<StoredNode> stored, TimeSpan lease, TimeSpan memory, DateTimeOffset now)
    {
        _lease = lease;
        _memory = memory;
        _nodes = new(stored.ToDictionary(node => node.Report.NodeId), StringComparer.Ordinal);
        foreach (var (id, node) in _nodes)
        {
            _seen[id] = (node.LostAt ?? now, null);
        }
    }

    /// <summary>Whether what is to be stored has changed since <see cref="Stored"/> was written.</summary>
    public bool Changed { get; set; }

    public IReadOnlyList<StoredNode> Stored => [.. _nodes.Values];

    public HeartbeatAnswer Heartbeat(NodeReport report, DateTimeOffset now)
    {
        var lasting = report with { Health = null };
        if (!_nodes.TryGetValue(report.NodeId, out var node))
        {
            Set(new StoredNode(lasting, now.ToUnixTimeMilliseconds(), [], Drain: false, LostAt: null, Use: null));
        }
        else if (node.Earlier.Contains(report.Incarnation))
        {
            // A process that was replaced and does not know it.
            return new HeartbeatAnswer(Drain: true);
        }
        else if (node.Report.Incarnation != report.Incarnation)
        {
            Set(new StoredNode(
                lasting, Math.Max(node.Generation + 1, now.ToUnixTimeMilliseconds()),
                [.. node.Earlier.Prepend(node.Report.Incarnation).Take(RememberedIncarnations)], Drain: false, LostAt: null, Use: null));
        }
        else if (node.LostAt is not null || !SameReport(node.Report, lasting))
        {
            Set(node with { Report = lasting, LostAt = null });
        }

        _seen[report.NodeId] = (now, report.Health);
        return new HeartbeatAnswer(_nodes[report.NodeId].Drain);
    }

    public void Leave(NodeLeave leave, DateTimeOffset now)
    {
        if (_nodes.TryGetValue(leave.NodeId, out var node) && node.Report.Incarnation == leave.Incarnation && node.LostAt is null)
        {
            Set(node with { LostAt = now });
        }
    }

    public void RequestDrain(string nodeId)
    {
        if (!_nodes.TryGetValue(nodeId, out var node))
        {
            throw new InvalidOperationException($"There is no node \"{nodeId}\". Nodes that are there: {(_nodes.Count == 0 ? "none" : string.Join(", ", _nodes.Keys))}.");
        }

        if (!node.Drain)
        {
            Set(node with { Drain = true });
        }
    }

    public void Use(NodeUse use)
    {
        if (_nodes.TryGetValue(use.NodeId, out var node) && use.Generation == node.Generation && (node.Use is null || use.Generation > node.Use.Generation || use.Revision > node.Use.Revision))
        {
            Set(node with { Use = use });
        }
    }

    /// <summary>Marks the nodes that are silent for too long, and forgets those that are lost for long.</summary>
    public void Sweep(DateTimeOffset now)
    {
        foreach (var node in Stored)
        {
            var id = node.Report.NodeId;
            if (node.LostAt is null && now - _seen[id].LastSeen >= _lease)
            {
                Set(node with { LostAt = _seen[id].LastSeen });
            }
            else if (now - node.LostAt >= _memory)
            {
                _nodes.Remove(id);
                _seen.Remove(id);
                Changed = true;
            }
        }
    }

    public IReadOnlyList<NodeView> View(DateTimeOffset now) =>
    [
        .. _nodes.Values.Select(node => new NodeView(
            node.Report with { Health = _seen[node.Report.NodeId].Health, Draining = node.Report.Draining || node.Drain },
            _seen[node.Report.NodeId].LastSeen, node.LostAt is null, new Dictionary<string, double>(), node.Generation).With(node.Use, now)),
    ];

    private void Set(StoredNode node)
    {
        _nodes[node.Report.NodeId] = node;
        Changed = true;
    }

    private static bool SameReport(NodeReport one, NodeReport other) =>
        one.Draining == other.Draining && one.Accelerators.SequenceEqual(other.Accelerators)
        && Same(one.Resources, other.Resources) && Same(one.Labels, other.Labels);

    private static bool Same<T>(IReadOnlyDictionary<string, T> one, IReadOnlyDictionary<string, T> other) =>
        one.Count == other.Count && one.All(entry => other.TryGetValue(entry.Key, out var value) && Equals(entry.Value, value));
}
