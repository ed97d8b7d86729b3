namespace Serverless.Placement.Cluster;

/// <summary>The states of nodes, as people and metrics call them.</summary>
public static class NodeStates
{
    /// <summary>It takes replicas.</summary>
    public const string Ready = "ready";

    /// <summary>It takes nothing new.</summary>
    public const string Draining = "draining";

    /// <summary>It is silent, or has left.</summary>
    public const string Lost = "lost";

    /// <summary>The state of a node.</summary>
    public static string Of(NodeView node) => !node.Alive ? Lost : node.Report.Draining ? Draining : Ready;

    /// <summary>How many nodes are in each state.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="silentSince">Who was seen last then or before is lost.</param>
    internal static IReadOnlyDictionary<string, int> Count(IReadOnlyList<NodeView> nodes, DateTimeOffset silentSince)
    {
        var counts = new Dictionary<string, int> { [Ready] = 0, [Draining] = 0, [Lost] = 0 };
        foreach (var node in nodes)
        {
            counts[node.LastSeen <= silentSince ? Lost : Of(node)]++;
        }

        return counts;
    }
}
