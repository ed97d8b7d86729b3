using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Inference;
using Serverless.Processing;
using Serverless.Processing.Jobs;
using Serverless.Processing.Specs;
using Serverless.Telemetry;

namespace Serverless.Cli.Run;

/// <summary><c>serverless run FILE</c>: the whole job in this process.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The job file, YAML or JSON" };
        var model = new Option<string?>("--model") { Description = "A model folder, hf://org/name[@revision] or az://container/path, in place of the file's", HelpName = "source" };
        var output = new Option<string?>("--out") { Description = "The output folder, in place of the file's", HelpName = "folder" };
        var limit = new Option<long?>("--limit") { Description = "Only the first rows of the input", HelpName = "rows", CustomParser = ParseLimit };
        var format = OutputOption.Create();
        var command = new Command("run", "Runs a job to its end in this process; run again, it goes on where it stopped") { file, model, output, limit, format };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(file), parsed.GetValue(model), parsed.GetValue(output), parsed.GetValue(limit), parsed.GetValue(format), cancellationToken));
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

    private static async Task<int> RunAsync(string file, string? model, string? output, long? limit, OutputFormat format, CancellationToken cancellationToken)
    {
        try
        {
            using var telemetry = TelemetrySession.Start(TelemetryOptions.FromEnvironment("serverless"));
            var spec = Override(JobFile.Read(file), model, output, limit);
            var result = await ShowProgressAsync(progress => Runner(telemetry, progress).RunAsync(spec, progress, cancellationToken));
            await RunReport.WriteAsync(spec, result, format, cancellationToken);
            return result.Manifest.RowsFailed > 0 ? ExitCode.RowsFailed : ExitCode.Ok;
        }
        catch (JobException error)
        {
            await Console.Error.WriteLineAsync($"{error.Code}: {error.Message}");
            return ExitCodeOf(error);
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

    private static int ExitCodeOf(JobException error) => error switch
    {
        { Code: ErrorCodes.InvalidSpec or ErrorCodes.NotSupported } => ExitCode.Usage,
        { InnerException: InferenceException { Code: InferenceErrorCodes.ModelAccess } } => ExitCode.NotAuthorised,
        _ => ExitCode.Failed,
    };

    private static JobRunner Runner(TelemetrySession telemetry, IRunProgress progress) => new(new JobRunnerOptions
    {
        LoadEngine = LocalEngine.LoggingTo(telemetry.Loggers),
        ModelRevision = LocalEngine.ReportingTo(progress),
    });

    private static JobSpec Override(JobSpec spec, string? model, string? output, long? limit) => spec with
    {
        Model = model is null ? spec.Model : spec.Model with { Source = model },
        Output = output is null ? spec.Output : spec.Output with { Uri = output },
        Input = limit is null ? spec.Input : spec.Input with { Limit = limit },
    };

    private static Task<JobResult> ShowProgressAsync(Func<IRunProgress, Task<JobResult>> work) => Console.IsErrorRedirected
        ? work(new PlainProgress(Console.Error, TimeProvider.System))
        : LiveProgress.ShowAsync(Terminal.Errors, work);
}
