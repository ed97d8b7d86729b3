namespace Dapr.Sidecar.Resiliency;

/// <summary>Waits between attempts that grow: from half a second by half with each, times a random factor from 0.5 to 1.5.</summary>
internal static class Backoff
{
    /// <summary>The wait after an attempt; the first is number 0.</summary>
    public static TimeSpan Exponential(int attempt, TimeSpan longest)
    {
        // How long to wait is no secret: the shared generator is good enough.
#pragma warning disable CA5394
        var seconds = 0.5 * Math.Pow(1.5, Math.Min(attempt, 60)) * (0.5 + Random.Shared.NextDouble());
#pragma warning restore CA5394
        return seconds < longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : longest;
    }
}
