using System.CommandLine;
using System.Text.Json;
using Serverless.Client;
using Serverless.Contracts.Api;

namespace Serverless.Cli.Jobs;

/// <summary><c>serverless results JOB</c>: the first rows, or every part into a folder.</summary>
internal static class ResultsCommand
{
    public static Command Create()
    {
        var service = new ServiceOptions();
        var id = JobCommands.Id();
        var limit = new Option<int>("--limit") { Description = "Rows of the preview", DefaultValueFactory = _ => 10, HelpName = "rows" };
        var download = new Option<string?>("--download") { Description = "Download the parts into this folder", HelpName = "folder" };
        var command = service.Create("results", "Shows rows of a job's output, or downloads it", id, limit, download);
        command.SetAction((parsed, cancellation) => service.RunAsync(parsed, async (client, format) =>
        {
            var job = parsed.GetRequiredValue(id);
            if (parsed.GetValue(download) is { } folder)
            {
                return await DownloadAsync(client, job, folder, format, cancellation);
            }

            RowTable.Write(await client.PreviewAsync(job, parsed.GetValue(limit), cancellation), format);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static async Task<int> DownloadAsync(JobsClient client, string job, string folder, OutputFormat format, CancellationToken cancellation)
    {
        var results = await client.GetResultsAsync(job, cancellation);
        await DownloadPartsAsync(client, results, folder, cancellation);
        foreach (var retry in results.Retries)
        {
            await DownloadPartsAsync(client, await client.GetResultsAsync(retry, cancellation), Path.Combine(folder, "_retry", retry), cancellation);
        }

        Console.Out.WriteLine(format is OutputFormat.Json
            ? JsonSerializer.Serialize(new { folder = Path.GetFullPath(folder), parts = results.Parts.Count, retries = results.Retries, status = results.Status }, JsonOutput.Compact)
            : $"{results.Parts.Count:N0} parts in {Path.GetFullPath(folder)}{(results.Retries.Count > 0 ? $", those of {results.Retries.Count:N0} retries in _retry there" : "")}");
        return ExitCode.Ok;
    }

    private static async Task DownloadPartsAsync(JobsClient client, JobResults results, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        foreach (var part in results.Parts)
        {
            var path = Path.Combine(folder, Path.GetFileName(part.Name));
            if (File.Exists(path) && new FileInfo(path).Length == part.Bytes)
            {
                continue;
            }

            // A download that is cut off leaves nothing under the part's own name.
            await using (var file = File.Create(path + ".download"))
            {
                await client.DownloadAsync(part, file, cancellation);
            }

            File.Move(path + ".download", path, overwrite: true);
        }
    }
}
