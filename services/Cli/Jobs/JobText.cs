using System.Text.Json;
using Serverless.Cli.Progress;
using Serverless.Contracts.Api;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Status;
using Spectre.Console;

namespace Serverless.Cli.Jobs;

/// <summary>Jobs on a terminal.</summary>
internal static class JobText
{
    /// <summary>Prints one job.</summary>
    public static void Write(JobResource job, OutputFormat format)
    {
        if (format is OutputFormat.Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(job, JsonOutput.Options));
            return;
        }

        Console.Out.WriteLine($"{job.Id}  {job.Name}".TrimEnd());
        Console.Out.WriteLine(ProgressText.Line(job));
        if (job.Error is { } error)
        {
            Console.Out.WriteLine($"{error.Code}: {error.Message}");
        }

        foreach (var group in job.ErrorGroups)
        {
            Console.Out.WriteLine($"{group.Rows:N0} rows {group.Type} in stage {group.Stage}, the first is row {group.FirstRow}: {group.Message}");
        }

        Console.Out.WriteLine($"{job.Usage.InputTokens:N0} tokens in, {job.Usage.OutputTokens:N0} tokens out, {job.Shards.Done:N0} / {job.Shards.Total:N0} shards");
        Console.Out.WriteLine(job.OutputUri);
    }

    /// <summary>Prints a page of jobs.</summary>
    public static void Write(JobPage page, OutputFormat format)
    {
        if (format is OutputFormat.Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(page, JsonOutput.Options));
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("id", "name", "status", "rows", "failed", "created");
        foreach (var job in page.Jobs)
        {
            table.AddRow(
                new Text(job.Id), new Text(job.Name ?? ""), new Text(job.Status.ToWords()), new Text($"{job.Rows.Done:N0}/{job.Rows.Total:N0}"),
                new Text($"{job.Rows.Failed:N0}"), new Text($"{job.CreatedAt:u}"));
        }

        Terminal.Output.Write(table);
        if (page.NextCursor is { } cursor)
        {
            Console.Error.WriteLine($"There are more: --cursor {cursor}");
        }
    }

    /// <summary>What a job's end means for the process.</summary>
    public static int ExitCodeOf(JobResource job) => job.Status switch
    {
        JobStatus.Completed => ExitCode.Ok,
        JobStatus.CompletedWithErrors => ExitCode.RowsFailed,
        _ => ExitCodeOf(job.Error?.Code),
    };

    /// <summary>What an error means for the process.</summary>
    public static int ExitCodeOf(string? errorCode) => errorCode switch
    {
        ErrorCodes.InvalidSpec or ErrorCodes.NotSupported => ExitCode.Usage,
        ErrorCodes.ModelAccess => ExitCode.NotAuthorised,
        _ => ExitCode.Failed,
    };
}
