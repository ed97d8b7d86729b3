using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Serverless.Cli.Jobs;
using Serverless.Cli.Progress;
using Serverless.Client;
using Serverless.Contracts.Api;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Status;
using Serverless.Contracts.Validation;
using Serverless.Processing;
using Serverless.Processing.Jobs;
using Serverless.Processing.Specs;
using Serverless.Telemetry;

namespace Serverless.Cli.Run;

/// <summary><c>serverless run FILE</c>: the whole job in this process, by the same workflows, actors and workers as the job service.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The job file, YAML or JSON" };
        var model = new Option<string?>("--model") { Description = "A model folder, hf://org/name[@revision] or az://container/path, in place of the file's", HelpName = "source" };
        var output = new Option<string?>("--out") { Description = "The output folder, in place of the file's", HelpName = "folder" };
        var limit = new Option<long?>("--limit") { Description = "Only the first rows of the input", HelpName = "rows", CustomParser = ParseLimit };
        var device = DeviceOption.Create();
        var format = OutputOption.Create();
        var command = new Command("run", "Runs a job to its end in this process; run again, it goes on where it stopped") { file, model, output, limit, device, format };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(file), parsed.GetValue(model), parsed.GetValue(output), parsed.GetValue(limit), parsed.GetValue(device), parsed.GetValue(format), cancellationToken));
        return command;
    }

    private static long? ParseLimit(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) && rows >= 1)
        {
            return rows;
        }

        result.AddError($"--limit: expected a whole number of at least 1, found \"{text}\".");
        return null;
    }

    private static async Task<int> RunAsync(string file, string? model, string? output, long? limit, string? device, OutputFormat format, CancellationToken cancellationToken)
    {
        try
        {
            using var telemetry = TelemetrySession.Start(TelemetryOptions.FromEnvironment("serverless"));
            var spec = RelativePaths.Resolve(Override(JobFile.Read(file, JobTarget.Service), model, output, limit));
            if (spec.Notify is not null)
            {
                // It is told after the job has ended, for a day if need be; this process ends with the job.
                throw new JobException(ErrorCodes.NotSupported, "notify: \"notify\" needs a job service that stays: submit the job to one");
            }

            var devices = DeviceOption.Read(device);
            var start = TimeProvider.System.GetUtcNow();
            var job = await ProgressDisplay.ShowAsync(progress => RunAsync(spec, devices, telemetry.Loggers, progress, cancellationToken));
            if (job.Error is { } error)
            {
                await Console.Error.WriteLineAsync($"{error.Code}: {error.Message}");
            }
            else if (job is { Status: JobStatus.Expired or JobStatus.Cancelled, Rows.Total: 0 })
            {
                await Console.Error.WriteLineAsync($"The job is {job.Status.ToWords()}; none of its rows was begun.");
            }
            else
            {
                await RunReport.WriteAsync(spec, start, format, cancellationToken);
            }

            return JobText.ExitCodeOf(job);
        }
        catch (JobException error)
        {
            await Console.Error.WriteLineAsync($"{error.Code}: {error.Message}");
            return JobText.ExitCodeOf(error.Code);
        }
        catch (JobsException error)
        {
            await Console.Error.WriteLineAsync($"{error.Code}: {error.Message}");
            return JobText.ExitCodeOf(error.Code);
        }
        catch (FormatException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped. Finished shards are kept; run the same command again to go on.");
            return ExitCode.Failed;
        }
    }

    private static async Task<JobResource> RunAsync(JobSpec spec, EngineDevices devices, ILoggerFactory loggers, IProgressDisplay progress, CancellationToken cancellationToken)
    {
        var options = new JobRunnerOptions { LoadEngine = LocalEngine.LoggingTo(loggers), ModelRevision = LocalEngine.ReportingTo(progress) };
        await using var service = await LocalService.StartAsync(options, loggers, cancellationToken, devices: devices);
        var job = await service.Client.SubmitAsync(spec, cancellationToken: cancellationToken);
        return await JobWatch.ToTheEndAsync(service.Client, job.Id, progress, cancellationToken);
    }

    private static JobSpec Override(JobSpec spec, string? model, string? output, long? limit) => spec with
    {
        Model = model is null ? spec.Model : spec.Model with { Source = model },
        Output = output is null ? spec.Output : spec.Output with { Uri = output },
        Input = limit is null ? spec.Input : spec.Input with { Limit = limit },
    };
}
