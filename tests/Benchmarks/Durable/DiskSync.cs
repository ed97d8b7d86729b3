using System.Diagnostics;

namespace Serverless.Benchmarks.Durable;

/// <summary>What the disk takes for a commit, without anything around it: the floor beside durable latencies.</summary>
internal static class DiskSync
{
    private const int Times = 300, Bytes = 12 << 10;

    public static double MedianMilliseconds()
    {
        string folder = Directory.CreateTempSubdirectory("serverless-benchmark-").FullName;
        try
        {
            using var file = new FileStream(Path.Combine(folder, "log"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            file.Write(new byte[Times * Bytes]);
            file.Flush(flushToDisk: true);
            file.Position = 0;
            double[] times = new double[Times];
            byte[] commit = new byte[Bytes];
            for (int i = 0; i < Times; i++)
            {
                long start = Stopwatch.GetTimestamp();
                file.Write(commit);
                file.Flush(flushToDisk: true);
                times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            return times.Order().ElementAt(Times / 2);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
