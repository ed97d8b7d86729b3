namespace Serverless.Placement.Scheduling;

/// <summary>
/// Looks for a place for every bundle by trying and taking back. It is exact until its steps are used up, which requests of a few bundles on
/// nodes of a few kinds never do; then it gives what it has: nothing.
/// </summary>
internal sealed class BundleSearch(IReadOnlyList<Need> needs, IReadOnlyList<NodeRoom> nodes, bool spread, int steps)
{
    private readonly List<NodeRoom> _open = [];
    private readonly (NodeRoom Node, int[] Positions)[] _chosen = new (NodeRoom, int[])[needs.Count];
    private int _least;
    private int _most;
    private int _left;

    /// <summary>Steps that are left of all searches together.</summary>
    public int Steps { get; private set; } = steps;

    /// <summary>Places all bundles on at least so many nodes and at most so many; null if it cannot be, or was not found in the steps that it may use.</summary>
    public IReadOnlyList<PlacedBundle>? Find(int least, int most, int steps)
    {
        (_least, _most, _left) = (least, most, Math.Min(steps, Steps));
        var before = _left;
        var found = Place(0);
        Steps -= before - Math.Max(_left, 0);
        if (!found)
        {
            return null;
        }

        var placed = needs.Select((need, i) => _chosen[i].Node.Describe(need, _chosen[i].Positions)).OrderBy(bundle => bundle.Bundle).ToArray();
        return placed;
    }

    private bool Place(int i)
    {
        if (i == needs.Count)
        {
            return true;
        }

        // Every bundle from here on could open one node more at best.
        if (--_left < 0 || _open.Count + needs.Count - i < _least)
        {
            return false;
        }

        var mayReuse = _open.Count + needs.Count - i - 1 >= _least;
        return spread
            ? Open(i) || (mayReuse && Reuse(i))
            : (mayReuse && Reuse(i)) || Open(i);
    }

    /// <summary>On a node that has bundles already.</summary>
    private bool Reuse(int i)
    {
        IEnumerable<NodeRoom> candidates = spread ? [.. _open.OrderBy(node => node.Bundles)]
            // Equal bundles are interchangeable: they fill the nodes in one order only.
            : i > 0 && needs[i].SameAs(needs[i - 1]) ? [.. _open.Where(node => node.Opened >= _chosen[i - 1].Node.Opened)]
            : [.. _open];
        return candidates.Any(node => Try(i, node));
    }

    /// <summary>On a node that has none; nodes that are alike are one try.</summary>
    private bool Open(int i)
    {
        if (_open.Count == _most)
        {
            return false;
        }

        var tried = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            if (node.Bundles > 0 || !tried.Add(node.Signature))
            {
                continue;
            }

            node.Opened = _open.Count;
            _open.Add(node);
            if (Try(i, node))
            {
                return true;
            }

            _open.RemoveAt(_open.Count - 1);
        }

        return false;
    }

    private bool Try(int i, NodeRoom node)
    {
        foreach (var positions in node.Choices(needs[i]).ToArray())
        {
            node.Take(needs[i], positions);
            _chosen[i] = (node, positions);
            if (Place(i + 1))
            {
                return true;
            }

            node.Undo(needs[i], positions);
        }

        return false;
    }
}
