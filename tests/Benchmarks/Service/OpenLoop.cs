using System.Diagnostics;

namespace Serverless.Benchmarks.Service;

/// <summary>Requests at a fixed rate, whether those before have been answered or not; latencies count from when each was due, so that none hides behind another.</summary>
internal static class OpenLoop
{
    /// <summary>Sends them and gives each one's milliseconds.</summary>
    public static async Task<double[]> RunAsync(int perSecond, int count, Func<int, Task> send)
    {
        double[] milliseconds = new double[count];
        var requests = new Task[count];
        long start = Stopwatch.GetTimestamp();
        for (int number = 0; number < count; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / perSecond);
            if (due - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } early) await Task.Delay(early, TimeProvider.System);
            requests[number] = SendAsync(number, due);
        }

        await Task.WhenAll(requests);
        return milliseconds;

        async Task SendAsync(int number, TimeSpan due)
        {
            await Task.Yield();
            await send(number);
            milliseconds[number] = (Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds;
        }
    }

    /// <summary>The value below which a share of the values lies.</summary>
    public static double Quantile(double[] values, double share) => values.Order().ElementAt((int)((values.Length - 1) * share));
}
