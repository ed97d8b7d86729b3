namespace Serverless.Placement.Workers;

/// <summary>How workers are called by name. (An actor interface can have no static methods.)</summary>
public static class GpuWorkers
{
    /// <summary>The actor type of a node.</summary>
    public static string TypeOf(string nodeId) => $"GpuWorker.{nodeId}";

    /// <summary>The actor id of the slot on which an engine runs: the first of its accelerators, or 0 on a CPU.</summary>
    public static string SlotOf(IReadOnlyList<int> accelerators) => accelerators.Count == 0 ? "0" : accelerators[0].ToString();
}
