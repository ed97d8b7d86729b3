using Serverless.Contracts.Specs;
using Serverless.Placement.Cluster;

namespace Serverless.Placement.Scheduling;

/// <summary>Says in words what a request lacks.</summary>
internal static class Shortage
{
    /// <summary>The first thing that is missing, from the coarsest to the finest.</summary>
    public static string Describe(NodeView[] live, NodeView[] fitting, PlacementRequest request)
    {
        if (live.Length == 0)
        {
            return "no node is there: start a worker";
        }

        if (fitting.Length == 0)
        {
            return $"no node has the labels {string.Join(", ", request.Labels!.Select(label => $"{label.Key}={label.Value}"))}; nodes that are there: {live.Length}";
        }

        if (request.AcceleratorType is { } type && !fitting.Any(node => node.Report.Accelerators.Any(accelerator => AcceleratorTypes.Match(accelerator.Type, type))))
        {
            var there = fitting.SelectMany(node => node.Report.Accelerators).Select(accelerator => accelerator.Type).Distinct().Order(StringComparer.Ordinal).ToArray();
            return $"no node has an accelerator of type {type}; there are: {(there.Length == 0 ? "none" : string.Join(", ", there))}";
        }

        NodeRoom[] now = [.. fitting.Select(node => NodeRoom.Of(node, request))];
        NodeRoom[] whole = [.. fitting.Select(node => NodeRoom.Of(node, request, empty: true))];
        foreach (var need in request.Bundles.Select((bundle, i) => Need.Of(i, bundle)))
        {
            if (now.Any(node => node.Choices(need).Any()))
            {
                continue;
            }

            return Lacking(need, now, whole, request.AcceleratorType is null ? "" : $" of type {request.AcceleratorType}");
        }

        var bundles = request.Bundles.Count;
        return request.Strategy switch
        {
            PlacementStrategy.StrictPack => $"STRICT_PACK: no node has room for all {bundles} bundles at once",
            PlacementStrategy.StrictSpread => $"STRICT_SPREAD: {bundles} bundles need as many nodes with room; there are {now.Count(node => request.Bundles.Any(bundle => node.Choices(Need.Of(0, bundle)).Any()))}",
            _ => $"each bundle alone has room, but not all {bundles} together: "
                + $"accelerator: {Amount(request.Bundles.Sum(bundle => bundle.GetValueOrDefault(PlacementRequest.Accelerator)))} needed, {Amount(now.Sum(node => node.FreeAccelerators) / (double)NodeRoom.One)} free",
        };
    }

    private static string Lacking(Need need, NodeRoom[] now, NodeRoom[] whole, string type)
    {
        var amount = Amount(need.Accelerator / (double)NodeRoom.One);
        if (need.Accelerator > 0 && need.Accelerator < NodeRoom.One && now.All(node => node.LargestPart < need.Accelerator))
        {
            return whole.All(node => node.AcceleratorCount == 0)
                ? $"accelerator{type}: a bundle needs {amount}, and no node has one"
                : $"accelerator{type}: a bundle needs {amount} of one, and at most {Amount(now.Max(node => node.LargestPart) / (double)NodeRoom.One)} of one is free";
        }

        if (need.Accelerator >= NodeRoom.One && now.All(node => node.WholeAccelerators < need.Accelerator / NodeRoom.One))
        {
            return $"accelerator{type}: a bundle needs {amount} on one node; at most {now.Max(node => node.WholeAccelerators)} of a node's are free as a whole, and no node has more than {whole.Max(node => node.AcceleratorCount)}";
        }

        foreach (var (name, wanted) in need.Others)
        {
            if (now.All(node => node.Free(name) < wanted))
            {
                return $"{name}: a bundle needs {wanted} on one node; at most {now.Max(node => node.Free(name))} is free, and no node has more than {whole.Max(node => node.Free(name))}";
            }
        }

        var names = need.Others.Select(other => other.Name);
        return $"no single node has room for all that a bundle needs at once: {string.Join(", ", need.Accelerator > 0 ? names.Prepend(PlacementRequest.Accelerator) : names)}";
    }

    private static string Amount(double amount) => amount.ToString("0.####");
}
