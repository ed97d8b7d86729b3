namespace Serverless.Workers.Sidecar;

/// <summary>Pauses between repetitions: full jitter below a ceiling that doubles.</summary>
internal static class Backoff
{
    static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <param name="failures">Failures in a row, from 1.</param>
    public static TimeSpan Pause(int failures) =>
        TimeSpan.FromTicks(Random.Shared.NextInt64(Math.Min(Longest.Ticks, First.Ticks << Math.Min(failures - 1, 20))) + 1);
}
