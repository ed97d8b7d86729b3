using System.Diagnostics;
using Serverless.Cli.Run;
using Serverless.Contracts.Api;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Status;

namespace Serverless.Benchmarks.Service;

/// <summary>One job, from its submission to its end.</summary>
/// <param name="Seconds">All of it.</param>
/// <param name="CpuSeconds">Of all cores, by this process, which is the whole service.</param>
/// <param name="FirstPart">Seconds to the first part that can be read.</param>
/// <param name="Shards">Shards.</param>
/// <param name="HalfMegabytes">Resident memory of the process when half of the rows were done.</param>
/// <param name="PeakMegabytes">The most that was seen.</param>
internal sealed record ServiceRun(double Seconds, double CpuSeconds, double FirstPart, int Shards, double HalfMegabytes, double PeakMegabytes)
{
    /// <summary>Runs a job and looks at it ten times a second.</summary>
    public static async Task<ServiceRun> OfAsync(LocalService service, JobSpec spec)
    {
        long start = Stopwatch.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        var job = await service.Client.SubmitAsync(spec);
        double first = 0, half = 0, peak = 0;
        await foreach (var look in service.Client.WatchAsync(job.Id))
        {
            job = look;
            double megabytes = Environment.WorkingSet / 1e6;
            peak = Math.Max(peak, megabytes);
            if (half == 0 && job.Rows.Total > 0 && job.Rows.Done >= job.Rows.Total / 2) half = megabytes;
            if (first == 0 && Directory.Exists(spec.Output.Uri) && Directory.EnumerateFiles(spec.Output.Uri, "part-*").Any()) first = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double cpuSeconds = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        Check(job);
        return new ServiceRun(seconds, cpuSeconds, first, job.Shards.Total, half, peak);
    }

    private static void Check(JobResource job)
    {
        if (job.Status is not JobStatus.Completed || job.Rows.Done != job.Rows.Total)
            throw new InvalidOperationException($"{job.Id} ended as {job.Status} with {job.Rows}: {job.Error?.Message}");
    }
}
