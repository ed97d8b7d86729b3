using System.Diagnostics;

namespace Serverless.Benchmarks.Report;

/// <summary>Runs contestants in turn, so that a slow minute of the machine hits all of them, and takes medians.</summary>
public static class Measure
{
    /// <summary>Seconds that the action takes.</summary>
    public static async Task<double> SecondsAsync(Func<Task> action)
    {
        long start = Stopwatch.GetTimestamp();
        await action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>One figure of each contestant: the median of several rounds after one that does not count.</summary>
    /// <param name="rounds">Rounds that count.</param>
    /// <param name="contestants">Each returns its figure of one run.</param>
    public static async Task<double[]> AlternatingAsync(int rounds, params Func<Task<double>>[] contestants)
    {
        var figures = contestants.Select(_ => new List<double>()).ToArray();
        for (int round = 0; round <= rounds; round++)
        {
            for (int i = 0; i < contestants.Length; i++)
            {
                double figure = await contestants[i]();
                if (round > 0) figures[i].Add(figure);
            }
        }

        return [.. figures.Select(Median)];
    }

    /// <summary>The middle value; of an even number of values, the mean of the two in the middle.</summary>
    public static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
