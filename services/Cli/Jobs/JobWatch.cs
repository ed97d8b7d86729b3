using Serverless.Cli.Progress;
using Serverless.Client;
using Serverless.Contracts.Api;

namespace Serverless.Cli.Jobs;

/// <summary>Shows a job on stderr until it has ended.</summary>
internal static class JobWatch
{
    public static Task<JobResource> ToTheEndAsync(JobsClient client, string id, CancellationToken cancellationToken) =>
        ProgressDisplay.ShowAsync(progress => ToTheEndAsync(client, id, progress, cancellationToken));

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
