using System.CommandLine;
using System.CommandLine.Parsing;
using Serverless.Client;
using Serverless.Contracts.Api;
using Serverless.Contracts.Status;

namespace Serverless.Cli.Jobs;

/// <summary>The commands about one job, and the list of them.</summary>
internal static class JobCommands
{
    public static IEnumerable<Command> Create() =>
    [
        SubmitCommand.Create(),
        One("get", "Shows a job", (client, id, cancellation) => client.GetAsync(id, cancellation)),
        List(),
        Watch(),
        One("cancel", "Stops a job; finished rows stay", (client, id, cancellation) => client.CancelAsync(id, cancellation)),
        One("pause", "Hands out no more shards of a job", (client, id, cancellation) => client.PauseAsync(id, cancellation)),
        One("resume", "Hands out shards of a paused job again", (client, id, cancellation) => client.ResumeAsync(id, cancellation)),
        RetryCommand.Create(),
        ResultsCommand.Create(),
        Errors(),
        WorkersCommand.Create(),
    ];

    /// <summary>The job that a command is about.</summary>
    internal static Argument<string> Id() => new("job") { Description = "The job's id" };

    private static Command One(string name, string description, Func<JobsClient, string, CancellationToken, Task<JobResource>> call)
    {
        var service = new ServiceOptions();
        var id = Id();
        var command = service.Create(name, description, id);
        command.SetAction((parsed, cancellation) => service.RunAsync(parsed, async (client, format) =>
        {
            JobText.Write(await call(client, parsed.GetRequiredValue(id), cancellation), format);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command List()
    {
        var service = new ServiceOptions();
        var status = new Option<JobStatus?>("--status") { Description = "Only jobs in this state, for instance running", HelpName = "status", CustomParser = ParseStatus };
        var limit = new Option<int>("--limit") { Description = "How many, 1 to 100", DefaultValueFactory = _ => 20, HelpName = "n" };
        var cursor = new Option<string?>("--cursor") { Description = "Where the page before ended", HelpName = "cursor" };
        var command = service.Create("list", "Lists jobs, newest first", status, limit, cursor);
        command.SetAction((parsed, cancellation) => service.RunAsync(parsed, async (client, format) =>
        {
            JobText.Write(await client.ListAsync(parsed.GetValue(status), parsed.GetValue(limit), parsed.GetValue(cursor), cancellation), format);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command Watch()
    {
        var service = new ServiceOptions();
        var id = Id();
        var command = service.Create("watch", "Shows a job's progress until it ends, and exits with its outcome", id);
        command.SetAction((parsed, cancellation) => service.RunAsync(parsed, async (client, format) =>
        {
            var job = await JobWatch.ToTheEndAsync(client, parsed.GetRequiredValue(id), cancellation);
            JobText.Write(job, format);
            return JobText.ExitCodeOf(job);
        }));
        return command;
    }

    private static Command Errors()
    {
        var service = new ServiceOptions();
        var id = Id();
        var limit = new Option<int>("--limit") { Description = "Rows at most", DefaultValueFactory = _ => 20, HelpName = "rows" };
        var command = service.Create("errors", "Shows the rows of a job that failed", id, limit);
        command.SetAction((parsed, cancellation) => service.RunAsync(parsed, async (client, format) =>
        {
            RowTable.Write(await client.GetErrorsAsync(parsed.GetRequiredValue(id), parsed.GetValue(limit), cancellation), format);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static JobStatus? ParseStatus(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        var status = JobStatusNames.Find(text.Replace('-', '_').ToLowerInvariant());
        if (status is null)
        {
            result.AddError($"--status: expected one of {string.Join(", ", JobStatusNames.All)}, found \"{text}\".");
        }

        return status;
    }
}
