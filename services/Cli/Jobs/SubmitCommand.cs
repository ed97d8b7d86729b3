using System.CommandLine;
using Serverless.Client;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Validation;
using Serverless.Processing.Specs;

namespace Serverless.Cli.Jobs;

/// <summary><c>serverless submit FILE</c>: hands a job file to a job service.</summary>
internal static class SubmitCommand
{
    public static Command Create()
    {
        var service = new ServiceOptions();
        var file = new Argument<string>("file") { Description = "The job file, YAML or JSON" };
        var wait = new Option<bool>("--wait") { Description = "Show the job's progress and exit with its outcome" };
        var key = new Option<string?>("--idempotency-key") { Description = "Makes a repeated submission the same job", HelpName = "key" };
        var command = service.Create("submit", "Submits a job to a job service", file, wait, key);
        command.SetAction((parsed, cancellation) => service.RunAsync(
            parsed, (client, format) => RunAsync(client, format, parsed.GetRequiredValue(file), parsed.GetValue(wait), parsed.GetValue(key), cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(JobsClient client, OutputFormat format, string file, bool wait, string? key, CancellationToken cancellation)
    {
        try
        {
            // Read here, so that an error names the file's line and relative paths mean this folder.
            var spec = RelativePaths.Resolve(JobFile.Read(file, JobTarget.Service));
            return await JobWatch.ReportAsync(client, await client.SubmitAsync(spec, key, cancellation), wait, format, cancellation);
        }
        catch (JobException error)
        {
            await Console.Error.WriteLineAsync($"{error.Code}: {error.Message}");
            return ExitCode.Usage;
        }
    }
}
