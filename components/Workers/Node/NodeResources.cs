using Serverless.Placement.Cluster;

namespace Serverless.Workers;

/// <summary>What this machine has for replicas.</summary>
internal static class NodeResources
{
    static readonly long Memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The one CPU engine slot: this version's engine runs on the CPU, whatever cards there are.</summary>
    public static IReadOnlyList<Accelerator> Accelerators { get; } = [new Accelerator(0, "cpu", Memory)];

    public static IReadOnlyDictionary<string, double> Others { get; } =
        new Dictionary<string, double> { ["cpu"] = Environment.ProcessorCount, ["memory"] = Memory };
}
