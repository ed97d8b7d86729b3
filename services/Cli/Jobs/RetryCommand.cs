using System.CommandLine;

namespace Serverless.Cli.Jobs;

/// <summary><c>serverless retry JOB</c>: runs what failed of a job in a job of its own.</summary>
internal static class RetryCommand
{
    public static Command Create()
    {
        var service = new ServiceOptions();
        var id = JobCommands.Id();
        var wait = new Option<bool>("--wait") { Description = "Show the progress until the new job ends, and exit with its outcome" };
        var command = service.Create("retry", "Runs the failed rows of a job again, in a job of its own", id, wait);
        command.SetAction((parsed, cancellation) => service.RunAsync(parsed, async (client, format) =>
            await JobWatch.ReportAsync(client, await client.RetryAsync(parsed.GetRequiredValue(id), cancellation), parsed.GetValue(wait), format, cancellation)));
        return command;
    }
}
