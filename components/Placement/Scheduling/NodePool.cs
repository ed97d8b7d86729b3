namespace Serverless.Placement.Scheduling;

/// <summary>Nodes of one kind that may come, such as an autoscaled node pool. Once any is declared, what fits nowhere is infeasible.</summary>
public sealed class NodePool
{
    /// <summary>The pool's name, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>Nodes that it can have. Default: 1000.</summary>
    public int MaxNodes { get; init; } = 1000;

    /// <summary>Accelerators of a node. Default: 0.</summary>
    public int Accelerators { get; init; }

    /// <summary>Their model, such as <c>NVIDIA H200</c>. Default: <c>cpu</c>.</summary>
    public string AcceleratorType { get; init; } = "cpu";

    /// <summary>Other resources of a node, by name. Default: none.</summary>
    public Dictionary<string, double> Resources { get; init; } = [];

    /// <summary>Labels of its nodes. Default: none.</summary>
    public Dictionary<string, string> Labels { get; init; } = [];
}
