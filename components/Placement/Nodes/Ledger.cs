using Serverless.Placement.Cluster;
using Serverless.Placement.Scheduling;

namespace Serverless.Placement.Nodes;

/// <summary>What is held of one incarnation of a node. Immutable: each change gives the next ledger.</summary>
/// <param name="Generation">The incarnation.</param>
/// <param name="Revision">Grows with every change.</param>
/// <param name="Held">By operation.</param>
public sealed record Ledger(long Generation, long Revision, IReadOnlyList<HeldBundles> Held)
{
    /// <summary>Nothing is held.</summary>
    public static Ledger Empty { get; } = new(0, 0, []);

    /// <summary>The ledger without what was prepared and not committed in time.</summary>
    public Ledger WithoutExpired(DateTimeOffset now) => Held.Any(held => held.Expires <= now) ? With([.. Held.Where(held => !(held.Expires <= now))]) : this;

    /// <summary>Holds bundles if there is room; null and the reason if not. A later generation begins with an empty ledger.</summary>
    public (Ledger? Next, string? Reason) Prepare(PrepareBundles request, DateTimeOffset expires)
    {
        if (request.Node.Generation < Generation)
        {
            return (null, "the node's process is another one by now");
        }

        var ledger = request.Node.Generation > Generation ? new Ledger(request.Node.Generation, Revision + 1, []) : this;
        if (ledger.Held.Any(held => held.Operation == request.Operation))
        {
            return (ledger, null);
        }

        var next = ledger.With([.. ledger.Held, new HeldBundles(request.Operation, expires, request.Bundles)]);
        return next.Overdrawn(request.Node.Report) is { } resource ? (null, $"{resource} is not free any more") : (next, null);
    }

    /// <summary>Makes an operation last; null if it is not held.</summary>
    public Ledger? Commit(string operation) =>
        Held.FirstOrDefault(held => held.Operation == operation) is not { } found ? null
        : found.Expires is null ? this
        : With([.. Held.Select(held => held == found ? found with { Expires = null } : held)]);

    /// <summary>The ledger without an operation.</summary>
    public Ledger Drop(string operation) => Held.Any(held => held.Operation == operation) ? With([.. Held.Where(held => held.Operation != operation)]) : this;

    /// <summary>The ledger, as others see it.</summary>
    public NodeUse Use(string nodeId) => new(nodeId, Generation, Revision, Held);

    private Ledger With(IReadOnlyList<HeldBundles> held) => this with { Revision = Revision + 1, Held = held };

    /// <summary>What is held more than the node has; null when nothing is.</summary>
    private string? Overdrawn(NodeReport node)
    {
        var use = Use(node.NodeId);
        var accelerator = use.Accelerators().FirstOrDefault(share => share.Fraction > 1 || node.Accelerators.All(there => there.Index != share.Index));
        return accelerator is not null ? $"accelerator {accelerator.Index}"
            : use.Resources().Where(entry => entry.Key != PlacementRequest.Accelerator)
                .FirstOrDefault(entry => entry.Value > node.Resources.GetValueOrDefault(entry.Key)).Key;
    }
}
