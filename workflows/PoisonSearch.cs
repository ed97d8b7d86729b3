using Serverless.Placement.Pools;

namespace Serverless.Workflows;

/// <summary>
/// Finds, among rows that died with their workers, those that take a worker down: by halves, one probe at a time. A row is poison when a worker died with
/// nothing but it; one poison row among n costs at most 2 log2(n) + 1 probes, of which log2(n) + 1 at most lose a worker. Deterministic: part of a workflow.
/// </summary>
internal sealed class PoisonSearch
{
    /// <summary>Parts to look at; the next one on top.</summary>
    private readonly Stack<Part> _parts = new();
    private readonly List<long> _found = [];

    /// <param name="suspects">Positions in the shard, ascending; at least one.</param>
    public PoisonSearch(IReadOnlyList<long> suspects) => Look(new Part([.. suspects], IsBad: true, Sibling: false));

    /// <summary>The rows to run next; null when the search is over.</summary>
    public RowRange? Probe => _parts.TryPeek(out var part) ? new RowRange(part.Rows[0], part.Rows[^1] - part.Rows[0] + 1) : null;

    /// <summary>Rows that took a worker down alone.</summary>
    public IReadOnlyList<long> Found => _found;

    /// <summary>The probe came through. What is left of a part that took a worker down is to blame for it then.</summary>
    public void Passed()
    {
        var part = _parts.Pop();
        if (part.Sibling)
        {
            Look(_parts.Pop() with { IsBad = true });
        }
    }

    /// <summary>The probe's worker died.</summary>
    public void Died()
    {
        var part = _parts.Pop();
        if (part.Rows.Length == 1)
        {
            _found.Add(part.Rows[0]);
        }
        else
        {
            Look(part with { IsBad = true });
        }
    }

    /// <summary>What is known to be bad is not run as a whole again.</summary>
    private void Look(Part part)
    {
        if (!part.IsBad || part.Rows.Length == 1)
        {
            _parts.Push(part);
            return;
        }

        var half = part.Rows.Length / 2;
        _parts.Push(new Part(part.Rows[half..], IsBad: false, Sibling: false));
        _parts.Push(new Part(part.Rows[..half], IsBad: false, Sibling: true));
    }

    /// <summary>Some of the rows.</summary>
    /// <param name="Rows">Their positions.</param>
    /// <param name="IsBad">Whether a worker is known to have died of them.</param>
    /// <param name="Sibling">Whether the part below is the other half of one that is bad.</param>
    private sealed record Part(long[] Rows, bool IsBad, bool Sibling);
}
