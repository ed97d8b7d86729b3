using Serverless.Placement.Cluster;
using Serverless.Placement.Scheduling;

namespace Serverless.Placement.Nodes;

/// <summary>Sums over what a node holds, exact to the ten-thousandth of an accelerator.</summary>
internal static class NodeUses
{
    /// <summary>What is in use of each accelerator.</summary>
    public static IReadOnlyList<AcceleratorShare> Accelerators(this NodeUse use) =>
    [
        .. use.Held.SelectMany(held => held.Bundles).SelectMany(bundle => bundle.Accelerators).GroupBy(share => share.Index)
            .Select(group => new AcceleratorShare(group.Key, (double)group.Sum(share => (decimal)share.Fraction))).OrderBy(share => share.Index),
    ];

    /// <summary>What is in use of each resource, by name.</summary>
    public static Dictionary<string, double> Resources(this NodeUse use)
    {
        var sums = use.Held.SelectMany(held => held.Bundles).SelectMany(bundle => bundle.Resources).GroupBy(entry => entry.Key)
            .ToDictionary(group => group.Key, group => (double)group.Sum(entry => (decimal)entry.Value));
        if (use.Accelerators() is { Count: > 0 } accelerators)
        {
            sums[PlacementRequest.Accelerator] = (double)accelerators.Sum(share => (decimal)share.Fraction);
        }

        return sums;
    }

    /// <summary>A node with what its ledger says of it; a ledger of an earlier incarnation says nothing.</summary>
    public static NodeView With(this NodeView node, NodeUse? use, DateTimeOffset now)
    {
        var current = use is not null && use.Generation == node.Generation ? use with { Held = [.. use.Held.Where(held => !(held.Expires <= now))] } : null;
        return node with { Used = current?.Resources() ?? [], AcceleratorUse = current?.Accelerators() ?? [] };
    }
}
