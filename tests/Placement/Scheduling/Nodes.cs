using Serverless.Contracts.Specs;
using Serverless.Placement.Cluster;
using Serverless.Placement.Nodes;
using Serverless.Placement.Scheduling;

namespace Serverless.Placement.Tests.Scheduling;

/// <summary>Nodes and requests for tests.</summary>
internal static class Nodes
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    public static NodeReport Report(string id, int accelerators = 1, string type = "NVIDIA H200", double cpu = 16, Dictionary<string, string>? labels = null, string incarnation = "1") =>
        new(id, incarnation, [.. Enumerable.Range(0, accelerators).Select(i => new Accelerator(i, type, 141L << 30))],
            new Dictionary<string, double> { ["cpu"] = cpu }, labels ?? []);

    public static NodeView View(NodeReport report, params PlacedBundle[] held) =>
        new NodeView(report, Noon, Alive: true, new Dictionary<string, double>(), 1)
            .With(new NodeUse(report.NodeId, 1, 1, [new HeldBundles("other@1", null, held)]), Noon);

    public static NodeView Live(string id, int accelerators = 1, string type = "NVIDIA H200", Dictionary<string, string>? labels = null) => View(Report(id, accelerators, type, labels: labels));

    public static PlacedBundle Held(int index, double fraction = 1, double cpu = 0) =>
        new(0, "", [new AcceleratorShare(index, fraction)], cpu > 0 ? new Dictionary<string, double> { ["cpu"] = cpu } : []);

    public static PlacementRequest Request(PlacementStrategy strategy, params double[] accelerators) =>
        new([.. accelerators.Select(amount => new Dictionary<string, double> { ["accelerator"] = amount })], strategy);

    public static IReadOnlyList<PlacedBundle> ShouldBePlaced(this Verdict verdict) => verdict.ShouldBeOfType<Verdict.Placed>().Bundles;

    public static string ShouldWait(this Verdict verdict) => verdict.ShouldBeOfType<Verdict.Waiting>().Reason;
}
