namespace Serverless.Cli.Up;

/// <summary>How long a process that ended waits before it is started again: full jitter, doubling; a process that lived for a minute starts over.</summary>
internal sealed class Backoff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250), Longest = TimeSpan.FromSeconds(15), Healthy = TimeSpan.FromMinutes(1);

    private int _failures;
    private long _started;

    /// <summary>The process was started.</summary>
    public void Started() => _started = time.GetTimestamp();

    /// <summary>The process ended: the pause before the next start.</summary>
    public TimeSpan Next()
    {
        _failures = time.GetElapsedTime(_started) >= Healthy ? 0 : _failures + 1;
        var ceiling = Math.Min(Longest.Ticks, First.Ticks << Math.Min(_failures, 16));
        return TimeSpan.FromTicks(Random.Shared.NextInt64(First.Ticks / 2, ceiling + 1));
    }
}
