using System.CommandLine;
using Serverless.Client;

namespace Serverless.Cli.Jobs;

/// <summary>The options of every command that talks to a job service.</summary>
internal sealed class ServiceOptions
{
    private readonly Option<string?> _server = new("--server") { Description = "The job service. Default: SERVERLESS_SERVER, or http://127.0.0.1:8080", HelpName = "url" };

    /// <summary>How the result is printed.</summary>
    public Option<OutputFormat> Format { get; } = OutputOption.Create();

    /// <summary>A command of its own with these options.</summary>
    public Command Create(string name, string description, params Symbol[] parts)
    {
        var command = new Command(name, description) { _server, Format };
        foreach (var part in parts)
        {
            if (part is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)part);
            }
        }

        return command;
    }

    /// <summary>Runs a command against the service and says its errors in words. The API key comes from SERVERLESS_API_KEY only: command lines are seen by others.</summary>
    public async Task<int> RunAsync(ParseResult parsed, Func<JobsClient, OutputFormat, Task<int>> body)
    {
        try
        {
            var options = JobsClientOptions.FromEnvironment();
            if (parsed.GetValue(_server) is { } server)
            {
                options = new JobsClientOptions { BaseAddress = JobsClientOptions.Parse(server), ApiKey = options.ApiKey };
            }

            using var client = new JobsClient(options);
            return await body(client, parsed.GetValue(Format));
        }
        catch (FormatException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return ExitCode.Usage;
        }
        catch (JobsException error)
        {
            await Console.Error.WriteLineAsync($"{error.Code}: {error.Message}");
            return error.Status switch
            {
                System.Net.HttpStatusCode.Unauthorized or System.Net.HttpStatusCode.Forbidden => ExitCode.NotAuthorised,
                System.Net.HttpStatusCode.BadRequest => ExitCode.Usage,
                _ => ExitCode.Failed,
            };
        }
    }
}
