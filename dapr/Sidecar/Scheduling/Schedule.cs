namespace Dapr.Sidecar.Scheduling;

/// <summary>When something comes next, and how often still.</summary>
/// <param name="DueAt">The next time.</param>
/// <param name="Every">How it comes again.</param>
/// <param name="Left">Times that are left, the next one included; null for no bound.</param>
/// <param name="ExpiresAt">From then on it comes no more; null for never.</param>
internal sealed record Schedule(DateTimeOffset DueAt, Recurrence Every, int? Left, DateTimeOffset? ExpiresAt)
{
    /// <summary>Whether its end has come, or comes before the next time.</summary>
    public bool IsExpired(DateTimeOffset now) => ExpiresAt is { } end && (end <= now || end < DueAt);

    /// <summary>The schedule after this time of it; null when it was the last one. Times that were missed are not made up for.</summary>
    public Schedule? After(DateTimeOffset now)
    {
        if (!Every.Repeats || Left == 1)
        {
            return null;
        }

        var next = this with { DueAt = Every.NextAfter(DueAt, now), Left = Left - 1 };
        return next.IsExpired(now) ? null : next;
    }
}
