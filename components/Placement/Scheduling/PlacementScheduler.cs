using Serverless.Contracts.Specs;
using Serverless.Placement.Cluster;

namespace Serverless.Placement.Scheduling;

/// <summary>
/// Decides where bundles lie; pure. Strategies mean what they mean in Ray: PACK uses as few nodes as possible, SPREAD as many, STRICT_PACK one,
/// STRICT_SPREAD one for each bundle. For requests of a few bundles "as possible" is exact; a larger one whose search takes too long is placed
/// best effort.
/// </summary>
public static class PlacementScheduler
{
    private const int Steps = 50_000;
    private const int LastSteps = 5_000;

    /// <summary>Finds room for a request.</summary>
    /// <param name="nodes">The nodes with what of them is in use; lost and draining ones are left out.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="declared">Nodes that may come. With none declared any node may come, so nothing but a faulty request is infeasible.</param>
    public static Verdict Place(IReadOnlyList<NodeView> nodes, PlacementRequest request, IReadOnlyList<NodePool>? declared = null)
    {
        if (request.Fault() is { } fault)
        {
            return new Verdict.Infeasible(fault);
        }

        NodeView[] live = [.. nodes.Where(node => node.Alive && !node.Report.Draining)];
        NodeView[] fitting = [.. live.Where(node => HasLabels(node.Report.Labels, request.Labels))];
        if (Search([.. fitting.Select(node => NodeRoom.Of(node, request))], request) is { } placed)
        {
            return new Verdict.Placed(placed);
        }

        var reason = Shortage.Describe(live, fitting, request);
        return declared is { Count: > 0 } && Search([.. Possible(fitting, request, declared)], request) is null
            ? new Verdict.Infeasible($"{reason}; nor could any of the declared node pools hold it ({string.Join(", ", declared.Select(pool => pool.Name))})")
            : new Verdict.Waiting(reason);
    }

    private static IReadOnlyList<PlacedBundle>? Search(NodeRoom[] rooms, PlacementRequest request)
    {
        var spread = request.Strategy is PlacementStrategy.Spread or PlacementStrategy.StrictSpread;
        HashSet<string> near = [.. request.Near ?? []], avoid = [.. request.Avoid ?? []];
        NodeRoom[] ordered =
        [
            .. rooms.OrderBy(node => avoid.Contains(node.NodeId))
                .ThenBy(node => near.Contains(node.NodeId) == spread)
                .ThenBy(node => spread ? -node.FreeAccelerators : node.FreeAccelerators)
                .ThenBy(node => node.NodeId, StringComparer.Ordinal),
        ];

        // The largest first: what is hard to place fails early.
        Need[] needs = [.. request.Bundles.Select((bundle, i) => Need.Of(i, bundle)).OrderByDescending(need => need.Accelerator).ThenByDescending(need => need.Others.Sum(other => other.Amount)).ThenBy(need => need.Bundle)];
        var search = new BundleSearch(needs, ordered, spread, Steps);
        var most = Math.Min(ordered.Length, needs.Length);
        return request.Strategy switch
        {
            PlacementStrategy.StrictPack => search.Find(0, 1, Steps),
            PlacementStrategy.StrictSpread => search.Find(needs.Length, needs.Length, Steps),
            PlacementStrategy.Spread => Descending(most).Select(count => search.Find(count, most, Allowance(search, count == 1))).FirstOrDefault(found => found is not null),
            _ => Enumerable.Range(1, most).Select(count => search.Find(0, count, Allowance(search, count == most))).FirstOrDefault(found => found is not null),
        };
    }

    /// <summary>The last try, the one without a limit on nodes, always has steps of its own.</summary>
    private static int Allowance(BundleSearch search, bool last) => last ? search.Steps : search.Steps - LastSteps;

    private static IEnumerable<int> Descending(int from) => Enumerable.Range(0, from).Select(i => from - i);

    /// <summary>The nodes as they are when nothing is on them, and those that may come; of each kind no more than there are bundles.</summary>
    private static IEnumerable<NodeRoom> Possible(IEnumerable<NodeView> fitting, PlacementRequest request, IReadOnlyList<NodePool> declared) =>
    [
        .. fitting.Select(node => NodeRoom.Of(node, request, empty: true)),
        .. declared.Where(pool => HasLabels(pool.Labels, request.Labels))
            .SelectMany(pool => Enumerable.Range(0, Math.Min(pool.MaxNodes, request.Bundles.Count)).Select(number => NodeRoom.Of(pool, number, request))),
    ];

    private static bool HasLabels(IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string>? wanted) =>
        wanted is null || wanted.All(label => labels.TryGetValue(label.Key, out var value) && value == label.Value);
}
