using Serverless.Contracts.Specs;

namespace Serverless.Placement.Scheduling;

/// <summary>What a placement group asks for.</summary>
/// <param name="Bundles">
/// Resources of each bundle by name. A bundle lies on one node. <c>accelerator</c> is a fraction of one below 1, and a whole number from 1 on;
/// fractions are counted to 1/10,000.
/// </param>
/// <param name="Strategy">How bundles are spread over nodes.</param>
/// <param name="AcceleratorType">The model of accelerator: words of <see cref="Cluster.Accelerator.Type"/>, such as <c>H200</c>. Default: any.</param>
/// <param name="Labels">Labels that nodes must have. Default: none.</param>
/// <param name="Near">Nodes where others of the same pool stand: PACK prefers them, SPREAD the others. Default: none.</param>
/// <param name="Avoid">Nodes that are taken only if there is no other. Default: none.</param>
public sealed record PlacementRequest(
    IReadOnlyList<IReadOnlyDictionary<string, double>> Bundles, PlacementStrategy Strategy, string? AcceleratorType = null,
    IReadOnlyDictionary<string, string>? Labels = null, IReadOnlyList<string>? Near = null, IReadOnlyList<string>? Avoid = null)
{
    /// <summary>The resource that accelerators are.</summary>
    public const string Accelerator = "accelerator";

    /// <summary>What is wrong with the request itself, whatever nodes there are; null if nothing is.</summary>
    public string? Fault()
    {
        if (Bundles.Count == 0)
        {
            return "a placement group has at least one bundle";
        }

        foreach (var (name, amount) in Bundles.SelectMany(bundle => bundle))
        {
            if (!double.IsFinite(amount) || amount < 0 || amount > 1e18)
            {
                return $"{name}: {amount} is no amount of a resource: give a number from 0 to 1e18";
            }

            if (name == Accelerator && (amount > 1 ? amount != Math.Floor(amount) : Math.Abs(amount - (Math.Round(amount * 1e4) / 1e4)) > 1e-9))
            {
                return $"{name}: {amount} is neither a whole number nor a fraction below 1 in steps of 0.0001";
            }
        }

        return null;
    }
}

/// <summary>A part of one accelerator.</summary>
/// <param name="Index">The accelerator's index on its node.</param>
/// <param name="Fraction">Above 0, at most 1.</param>
/// <param name="Type">Its model. Default: not said.</param>
public sealed record AcceleratorShare(int Index, double Fraction, string? Type = null);

/// <summary>Where a bundle lies.</summary>
/// <param name="Bundle">Its number in the request.</param>
/// <param name="NodeId">The node.</param>
/// <param name="Accelerators">What it holds of the node's accelerators.</param>
/// <param name="Resources">What it holds of the node's other resources.</param>
public sealed record PlacedBundle(
    int Bundle, string NodeId, IReadOnlyList<AcceleratorShare> Accelerators, IReadOnlyDictionary<string, double> Resources);
