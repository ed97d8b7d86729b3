using Serverless.Client;
using Serverless.Contracts.Api;
using Spectre.Console;

namespace Serverless.Cli.Jobs;

/// <summary>Shows a job on stderr until it has ended: one line that moves, or a line at each change where nobody looks.</summary>
internal static class JobWatch
{
    public static Task<JobResource> ToTheEndAsync(JobsClient client, string id, CancellationToken cancellationToken) => Console.IsErrorRedirected
        ? PlainAsync(client, id, cancellationToken)
        : Terminal.Errors.Status().StartAsync("...", status => LiveAsync(client, id, status, cancellationToken));

    private static async Task<JobResource> PlainAsync(JobsClient client, string id, CancellationToken cancellationToken)
    {
        JobResource? last = null;
        await foreach (var job in client.WatchAsync(id, cancellationToken))
        {
            if (last is null || last.Status != job.Status || last.Rows.Done != job.Rows.Done)
            {
                await Console.Error.WriteLineAsync(JobText.Line(job));
            }

            last = job;
        }

        return last!;
    }

    private static async Task<JobResource> LiveAsync(JobsClient client, string id, StatusContext status, CancellationToken cancellationToken)
    {
        JobResource? last = null;
        await foreach (var job in client.WatchAsync(id, cancellationToken))
        {
            status.Status(Markup.Escape(JobText.Line(job)));
            last = job;
        }

        return last!;
    }
}
