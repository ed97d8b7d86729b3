namespace Dapr.Actors.Runtime.Timers;

/// <summary>The durations that timers and reminders take.</summary>
internal static class TimerRanges
{
    public static void Check(TimeSpan dueTime, TimeSpan period, TimeSpan? ttl)
    {
        if (dueTime < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(dueTime), dueTime, "The due time cannot be negative.");
        }

        if (period < DaprDuration.Never)
        {
            throw new ArgumentOutOfRangeException(nameof(period), period, "The period cannot be negative, except -1 ms, which means: fire once.");
        }

        if (ttl < dueTime || ttl < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(ttl), ttl, "The time to live cannot be below the due time: it would end before it fires.");
        }
    }
}
