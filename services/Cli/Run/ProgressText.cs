using System.Text.Json;
using Serverless.Contracts.Status;
using Serverless.Processing.Jobs;

namespace Serverless.Cli.Run;

/// <summary>A job's progress in words: rows, failures, tokens per second, time left.</summary>
internal static class ProgressText
{
    public static string Status(JobStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString()).Replace('_', ' ');

    public static string Rows(JobProgress progress) => progress.RowsTotal == 0 ? "" :
        $"{progress.RowsDone:N0} / {progress.RowsTotal:N0} rows{(progress.RowsFailed > 0 ? $", {progress.RowsFailed:N0} failed" : "")}";

    public static string Rate(JobProgress progress) => TokensPerSecond(progress) is > 0 and var rate ? $"{rate:N0} tokens/s" : "";

    public static string TimeLeft(JobProgress progress) => Left(progress) is { } left ? $"ETA {left:h\\:mm\\:ss}" : "";

    /// <summary>Everything that is known, on one line.</summary>
    public static string Line(JobProgress progress) => string.Join("  ",
        new[] { Status(progress.Status), Rows(progress), Rate(progress), progress.Status is JobStatus.Running ? TimeLeft(progress) : "" }.Where(part => part.Length > 0));

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
