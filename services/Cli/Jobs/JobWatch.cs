using Serverless.Cli.Progress;
using Serverless.Client;
using Serverless.Contracts.Api;

namespace Serverless.Cli.Jobs;

/// <summary>Shows a job on stderr until it has ended.</summary>
internal static class JobWatch
{
    public static Task<JobResource> ToTheEndAsync(JobsClient client, string id, CancellationToken cancellationToken) =>
        ProgressDisplay.ShowAsync(progress => ToTheEndAsync(client, id, progress, cancellationToken));

    /// <summary>Prints a job that was submitted; of one that is to be waited for, its id at once and what became of it.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> ReportAsync(JobsClient client, JobResource job, bool wait, OutputFormat format, CancellationToken cancellationToken)
    {
        if (wait)
        {
            await Console.Error.WriteLineAsync(job.Id);
            job = await ToTheEndAsync(client, job.Id, cancellationToken);
        }

        JobText.Write(job, format);
        return wait ? JobText.ExitCodeOf(job) : ExitCode.Ok;
    }

    /// <summary>Tells every look at the job; gives the last one.</summary>
    public static async Task<JobResource> ToTheEndAsync(JobsClient client, string id, IProgress<JobResource> progress, CancellationToken cancellationToken)
    {
        JobResource? last = null;
        await foreach (var job in client.WatchAsync(id, cancellationToken))
        {
            progress.Report(last = job);
        }

        return last!;
    }
}
