using Serverless.Contracts.Status;
using Serverless.Inference.Loading.Hub;
using Serverless.Processing.Jobs;

namespace Serverless.Cli.Run;

/// <summary>A run's progress in words: bytes of the model; rows, failures, tokens per second, time left.</summary>
internal static class ProgressText
{
    /// <summary>What stands beside a bar.</summary>
    public static string Details(JobProgress progress) => Join(Rows(progress), Rate(progress), progress.Status is JobStatus.Running ? TimeLeft(progress) : "");

    /// <summary>What stands beside the bar of a download.</summary>
    public static string Details(DownloadProgress progress) => $"{progress.Bytes / 1e6:N0} / {progress.TotalBytes / 1e6:N0} MB";

    /// <summary>Everything that is known, on one line.</summary>
    public static string Line(JobProgress progress) => Join(progress.Status.ToWords(), Details(progress));

    /// <summary>The same for a download.</summary>
    public static string Line(DownloadProgress progress) => Join("downloading", progress.File, Details(progress));

    private static string Join(params IEnumerable<string> parts) => string.Join("  ", parts.Where(part => part.Length > 0));

    private static string Rows(JobProgress progress) => progress.RowsTotal == 0 ? "" :
        $"{progress.RowsDone:N0} / {progress.RowsTotal:N0} rows{(progress.RowsFailed > 0 ? $", {progress.RowsFailed:N0} failed" : "")}";

    private static string Rate(JobProgress progress) => TokensPerSecond(progress) is > 0 and var rate ? $"{rate:N0} tokens/s" : "";

    private static string TimeLeft(JobProgress progress) => Left(progress) is { } left ? $"ETA {left:h\\:mm\\:ss}" : "";

    private static double TokensPerSecond(JobProgress progress) =>
        progress.Generating > TimeSpan.Zero ? progress.OutputTokens / progress.Generating.TotalSeconds : 0;

    /// <summary>The time left at the pace of this run; null while there is none yet.</summary>
    private static TimeSpan? Left(JobProgress progress)
    {
        var doneNow = progress.RowsDone - progress.RowsResumed;
        return doneNow > 0 && progress.Generating > TimeSpan.Zero
            ? TimeSpan.FromSeconds(Math.Round((progress.RowsTotal - progress.RowsDone) * progress.Generating.TotalSeconds / doneNow))
            : null;
    }
}
