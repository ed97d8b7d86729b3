using System.CommandLine;
using Serverless.Cli.Bench;
using Serverless.Cli.Doctor;
using Serverless.Cli.Jobs;
using Serverless.Cli.Keys;
using Serverless.Cli.Models;
using Serverless.Cli.Run;
using Serverless.Cli.Services;
using Serverless.Cli.Sidecars;
using Serverless.Cli.Up;
using Serverless.Contracts.Errors;

namespace Serverless.Cli;

/// <summary>The commands. Data goes to stdout, progress and errors to stderr.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var root = new RootCommand("Durable batch LLM inference: a dataset, a model and a prompt in, Parquet out.")
        {
            RunCommand.Create(),
            UpCommand.Create(),
            ApiCommand.Create(),
            WorkerCommand.Create(),
            KeysCommand.Create(),
            ModelsCommand.Create(),
            SidecarCommand.Create(),
            DoctorCommand.Create(),
            BenchCommand.Create(),
        };
        foreach (var command in JobCommands.Create())
        {
            root.Add(command);
        }

        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }

            await Console.Error.WriteLineAsync("Run with --help to see what there is.");
            return ExitCode.Usage;
        }

        // A job that is stopped finishes its step and closes its files; the runtime must not cut that short.
        try
        {
            TimeSpan? patience = arguments.Contains(ParentWatch.Option) ? null : TimeSpan.FromMinutes(1);
            return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = patience, EnableDefaultExceptionHandler = false });
        }
        catch (Exception error)
        {
            // What nobody foresaw: a full disk behind stdout, a defect. Its name and its reason help, a stack trace does not.
            await Console.Error.WriteLineAsync($"{ErrorCodes.Internal}: {error.GetType().Name}: {error.Message}");
            return ExitCode.Failed;
        }
    }
}
