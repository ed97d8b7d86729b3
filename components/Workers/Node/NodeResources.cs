using Serverless.Inference.Kernels.Cuda;
using Serverless.Placement.Cluster;

namespace Serverless.Workers;

/// <summary>What this machine has for replicas.</summary>
internal static class NodeResources
{
    static readonly long Memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The cards, one engine slot each; without any the one CPU engine slot.</summary>
    public static IReadOnlyList<Accelerator> Accelerators(IReadOnlyList<CudaDevice> cards) => cards.Count == 0
        ? [new Accelerator(0, "cpu", Memory)]
        : [.. cards.Select(card => new Accelerator(card.Index, card.Name, card.MemoryBytes, card.Uuid))];

    public static IReadOnlyDictionary<string, double> Others { get; } =
        new Dictionary<string, double> { ["cpu"] = Environment.ProcessorCount, ["memory"] = Memory };
}
