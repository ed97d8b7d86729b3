using System.Text.Json;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Processing.Jobs;
using Serverless.Processing.Rows;

namespace Serverless.Cli.Run;

/// <summary>What a finished run prints to stdout: the first results, counts, and where the rest is.</summary>
internal static class RunReport
{
    private const int PreviewRows = 5;

    public static async Task WriteAsync(JobSpec spec, JobResult result, OutputFormat format, CancellationToken cancellationToken)
    {
        List<Row> preview = [];
        await foreach (var row in result.ReadRowsAsync(PreviewRows, cancellationToken))
        {
            preview.Add(row);
        }

        if (format is OutputFormat.Json)
        {
            WriteJson(result, preview);
        }
        else
        {
            WriteTable(spec, result, preview);
        }
    }

    private static void WriteJson(JobResult result, List<Row> preview)
    {
        var manifest = result.Manifest;
        var report = new
        {
            job_id = manifest.JobId,
            status = manifest.Status,
            already_complete = result.WasFinished,
            output = result.OutputUri,
            rows = new { total = manifest.Rows, failed = manifest.RowsFailed },
            usage = manifest.Usage,
            errors = manifest.Errors,
            parts = manifest.Parts.Count,
            preview = preview.Select(row => row.ToDictionary()),
        };
        Console.Out.WriteLine(JsonSerializer.Serialize(report, JsonOutput.Options));
    }

    private static void WriteTable(JobSpec spec, JobResult result, List<Row> preview)
    {
        var manifest = result.Manifest;
        if (preview.Count > 0)
        {
            Terminal.Output.Write(PreviewTable.Create(preview, hasAnswerColumns: spec.Postprocess?.Columns.Count > 0));
        }

        foreach (var group in manifest.Errors)
        {
            Console.Out.WriteLine($"{Count(group.Rows, "row")} failed in {group.Stage} ({group.Type}), the first is row {group.FirstRow}: {group.Message}");
        }

        Console.Out.WriteLine($"{Summary(manifest)}{(result.WasFinished ? " (finished before; nothing was generated)" : "")}");
        Console.Out.WriteLine(result.OutputUri);
    }

    private static string Summary(Manifest manifest) =>
        $"{Count(manifest.Rows, "row")}, {manifest.RowsFailed:N0} failed, {manifest.Usage.InputTokens:N0} tokens in, {manifest.Usage.OutputTokens:N0} tokens out, {Count(manifest.Parts.Count, "part")}";

    private static string Count(long number, string what) => $"{number:N0} {what}{(number == 1 ? "" : "s")}";
}
