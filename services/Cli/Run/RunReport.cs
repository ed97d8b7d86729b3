using System.Text.Json;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Processing.Jobs;
using Serverless.Processing.Rows;

namespace Serverless.Cli.Run;

/// <summary>What a finished run prints to stdout: the first results, counts, and where the rest is.</summary>
internal static class RunReport
{
    private const int PreviewRows = 5;

    /// <param name="spec">The job.</param>
    /// <param name="start">When this run began: a job that was complete before was not run.</param>
    /// <param name="format">How to print.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task WriteAsync(JobSpec spec, DateTimeOffset start, OutputFormat format, CancellationToken cancellationToken)
    {
        using var output = JobOutput.Open(spec.Output.Uri);
        var manifest = await output.ReadManifestAsync(cancellationToken) ?? throw new JobException(ErrorCodes.OutputCorrupt, $"{output.Uri}: the job has ended and its manifest is gone");
        List<Row> preview = [];
        await foreach (var row in output.ReadRowsAsync(onlyFailed: false, cancellationToken))
        {
            preview.Add(row);
            if (preview.Count == PreviewRows)
            {
                break;
            }
        }

        var wasFinished = manifest.CompletedAt < start;
        if (format is OutputFormat.Json)
        {
            WriteJson(manifest, wasFinished, output.Uri, preview);
        }
        else
        {
            WriteTable(spec, manifest, wasFinished, output.Uri, preview);
        }
    }

    private static void WriteJson(Manifest manifest, bool wasFinished, string output, List<Row> preview)
    {
        var report = new
        {
            job_id = manifest.JobId,
            status = manifest.Status,
            already_complete = wasFinished,
            output,
            rows = new { total = manifest.RowsTotal, failed = manifest.RowsFailed, not_started = manifest.RowsNotStarted },
            usage = manifest.Usage,
            errors = manifest.Errors,
            parts = manifest.Parts.Count,
            preview = preview.Select(row => row.ToDictionary()),
        };
        Console.Out.WriteLine(JsonSerializer.Serialize(report, JsonOutput.Options));
    }

    private static void WriteTable(JobSpec spec, Manifest manifest, bool wasFinished, string output, List<Row> preview)
    {
        if (preview.Count > 0)
        {
            Terminal.Output.Write(PreviewTable.Create(preview, hasAnswerColumns: spec.Postprocess?.Columns.Count > 0));
        }

        foreach (var group in manifest.Errors)
        {
            Console.Out.WriteLine($"{Count(group.Rows, "row")} failed in {group.Stage} ({group.Type}), the first is row {group.FirstRow}: {group.Message}");
        }

        Console.Out.WriteLine($"{Summary(manifest)}{(wasFinished ? " (finished before; nothing was generated)" : "")}");
        Console.Out.WriteLine(output);
    }

    private static string Summary(Manifest manifest) =>
        $"{Count(manifest.RowsTotal, "row")}, {manifest.RowsFailed:N0} failed, {(manifest.RowsNotStarted == 0 ? "" : $"{manifest.RowsNotStarted:N0} not started, ")}{manifest.Usage.InputTokens:N0} tokens in, {manifest.Usage.OutputTokens:N0} tokens out, {Count(manifest.Parts.Count, "part")}";

    private static string Count(long number, string what) => $"{number:N0} {what}{(number == 1 ? "" : "s")}";
}
