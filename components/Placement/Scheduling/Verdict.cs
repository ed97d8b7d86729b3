namespace Serverless.Placement.Scheduling;

/// <summary>What the scheduler says to a request.</summary>
public abstract record Verdict
{
    private Verdict()
    {
    }

    /// <summary>There is room for all bundles.</summary>
    /// <param name="Bundles">Where each lies, in the request's order.</param>
    public sealed record Placed(IReadOnlyList<PlacedBundle> Bundles) : Verdict;

    /// <summary>There is no room now, but there may be: others give theirs back, or nodes come.</summary>
    /// <param name="Reason">What is missing, in words.</param>
    public sealed record Waiting(string Reason) : Verdict;

    /// <summary>No node that is there, and none that could come, would ever hold it.</summary>
    /// <param name="Reason">What is missing, in words.</param>
    public sealed record Infeasible(string Reason) : Verdict;
}
