using Serverless.Placement.Cluster;

namespace Serverless.Placement.Scheduling;

/// <summary>What one bundle needs: accelerators in ten-thousandths, the other resources as exact decimals.</summary>
internal sealed record Need(int Bundle, int Accelerator, IReadOnlyList<(string Name, decimal Amount)> Others)
{
    public static Need Of(int bundle, IReadOnlyDictionary<string, double> resources) => new(
        bundle,
        (int)Math.Round(resources.GetValueOrDefault(PlacementRequest.Accelerator) * NodeRoom.One),
        [.. resources.Where(resource => resource.Key != PlacementRequest.Accelerator && resource.Value > 0)
            .OrderBy(resource => resource.Key, StringComparer.Ordinal).Select(resource => (resource.Key, (decimal)resource.Value))]);

    public bool SameAs(Need other) => Accelerator == other.Accelerator && Others.SequenceEqual(other.Others);
}

/// <summary>The free part of a node, as far as a request may use it, while bundles are tried on it.</summary>
internal sealed class NodeRoom
{
    /// <summary>One whole accelerator.</summary>
    public const int One = 10_000;

    private readonly (int Index, string Type)[] _accelerators;
    private readonly int[] _free;
    private readonly Dictionary<string, decimal> _others;

    private NodeRoom(string nodeId, (int Index, string Type)[] accelerators, int[] free, Dictionary<string, decimal> others)
    {
        NodeId = nodeId;
        _accelerators = accelerators;
        _free = free;
        _others = others;
        Signature = string.Join(',', free.Order()) + ";" + string.Join(',', others.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}"));
    }

    public string NodeId { get; }

    /// <summary>Equal for nodes that are alike before anything is tried on them.</summary>
    public string Signature { get; }

    /// <summary>Bundles that are tried on it.</summary>
    public int Bundles { get; private set; }

    /// <summary>When it got its first bundle, among the nodes that have any.</summary>
    public int Opened { get; set; }

    public int FreeAccelerators => _free.Sum();

    /// <summary>The most whole accelerators that one bundle could have.</summary>
    public int WholeAccelerators => _free.Count(free => free == One);

    /// <summary>The largest free part of one accelerator.</summary>
    public int LargestPart => _free.Length == 0 ? 0 : _free.Max();

    public int AcceleratorCount => _free.Length;

    public decimal Free(string resource) => _others.GetValueOrDefault(resource);

    /// <summary>The room of a live node.</summary>
    public static NodeRoom Of(NodeView node, PlacementRequest request, bool empty = false)
    {
        var usable = node.Report.Accelerators.Where(accelerator => AcceleratorTypes.Match(accelerator.Type, request.AcceleratorType)).OrderBy(accelerator => accelerator.Index).ToArray();
        var used = node.AcceleratorUse ?? [];
        return new NodeRoom(
            node.Report.NodeId,
            [.. usable.Select(accelerator => (accelerator.Index, accelerator.Type))],
            [.. usable.Select(accelerator => empty ? One : One - (int)Math.Round(used.Where(share => share.Index == accelerator.Index).Sum(share => share.Fraction) * One))],
            node.Report.Resources.ToDictionary(entry => entry.Key, entry => (decimal)entry.Value - (empty ? 0 : (decimal)node.Used.GetValueOrDefault(entry.Key))));
    }

    /// <summary>The room of a node that could come.</summary>
    public static NodeRoom Of(NodePool pool, int number, PlacementRequest request)
    {
        var count = AcceleratorTypes.Match(pool.AcceleratorType, request.AcceleratorType) ? pool.Accelerators : 0;
        return new NodeRoom(
            $"{pool.Name}/{number}", [.. Enumerable.Range(0, count).Select(index => (index, pool.AcceleratorType))], [.. Enumerable.Repeat(One, count)],
            pool.Resources.ToDictionary(entry => entry.Key, entry => (decimal)entry.Value));
    }

    /// <summary>The ways to hold a bundle that differ: each a list of positions of accelerators. The tightest first, so that whole ones stay whole.</summary>
    public IEnumerable<int[]> Choices(Need need)
    {
        foreach (var (name, amount) in need.Others)
        {
            if (Free(name) < amount)
            {
                yield break;
            }
        }

        if (need.Accelerator == 0)
        {
            yield return [];
        }
        else if (need.Accelerator < One)
        {
            foreach (var position in Enumerable.Range(0, _free.Length).Where(position => _free[position] >= need.Accelerator).DistinctBy(position => _free[position]).OrderBy(position => _free[position]).ToArray())
            {
                yield return [position];
            }
        }
        else if (WholeAccelerators >= need.Accelerator / One)
        {
            yield return [.. Enumerable.Range(0, _free.Length).Where(position => _free[position] == One).Take(need.Accelerator / One)];
        }
    }

    public void Take(Need need, int[] positions) => Change(need, positions, -1);

    public void Undo(Need need, int[] positions) => Change(need, positions, 1);

    public PlacedBundle Describe(Need need, int[] positions) => new(
        need.Bundle, NodeId,
        [.. positions.Select(position => new AcceleratorShare(_accelerators[position].Index, (double)Math.Min(need.Accelerator, One) / One, _accelerators[position].Type))],
        need.Others.ToDictionary(other => other.Name, other => (double)other.Amount));

    private void Change(Need need, int[] positions, int sign)
    {
        Bundles -= sign;
        foreach (var position in positions)
        {
            _free[position] += sign * Math.Min(need.Accelerator, One);
        }

        foreach (var (name, amount) in need.Others)
        {
            _others[name] = Free(name) + (sign * amount);
        }
    }
}
