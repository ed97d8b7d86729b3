using Serverless.Contracts.Api;
using Serverless.Contracts.Status;
using Serverless.Inference.Loading.Hub;

namespace Serverless.Cli.Progress;

/// <summary>Progress in words: bytes of the model; rows, failures, tokens per second, time left, what the job waits for.</summary>
internal static class ProgressText
{
    /// <summary>What stands beside a bar.</summary>
    public static string Details(JobResource job) => Join(Rows(job), Rate(job), TimeLeft(job), job.WaitingReason ?? "");

    /// <summary>What stands beside the bar of a download.</summary>
    public static string Details(DownloadProgress progress) => $"{progress.Bytes / 1e6:N0} / {progress.TotalBytes / 1e6:N0} MB";

    /// <summary>Everything that is known, on one line.</summary>
    public static string Line(JobResource job) => Join(job.Status.ToWords(), Details(job));

    /// <summary>The same for a download.</summary>
    public static string Line(DownloadProgress progress) => Join("downloading", progress.File, Details(progress));

    private static string Join(params IEnumerable<string> parts) => string.Join("  ", parts.Where(part => part.Length > 0));

    private static string Rows(JobResource job) => job.Rows.Total == 0 ? "" :
        $"{job.Rows.Done:N0} / {job.Rows.Total:N0} rows{(job.Rows.Failed > 0 ? $", {job.Rows.Failed:N0} failed" : "")}";

    private static string Rate(JobResource job) => job.TokensPerSecond > 0 && !JobTransitions.IsFinal(job.Status) ? $"{job.TokensPerSecond:N0} tokens/s" : "";

    private static string TimeLeft(JobResource job) => job is { Status: JobStatus.Running, EtaSeconds: { } left }
        ? $"ETA {TimeSpan.FromSeconds(Math.Round(left)):h\\:mm\\:ss}" : "";
}
