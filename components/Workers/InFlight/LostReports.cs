using Microsoft.Extensions.Logging;
using Serverless.Contracts.Errors;
using Serverless.Placement.Pools;
using Serverless.Workers.Sidecar;

namespace Serverless.Workers.InFlight;

/// <summary>Tells jobs what the node's last process had when it died, and which rows were in its engine.</summary>
internal sealed class LostReports(ControlPlane control, WorkerOptions options, ILogger<LostReports> logger)
{
    /// <summary>A job that does not take it that often is gone.</summary>
    const int MaxFailures = 20;

    public Task SendAsync(IReadOnlyList<LostAttempt> lost, CancellationToken cancellationToken) => Task.WhenAll(lost
        .GroupBy(attempt => (attempt.JobId, attempt.ReplicaId))
        .Select(job => SendAsync(new WorkerReport(job.Key.JobId, job.Key.ReplicaId, [.. job.Select(ToOutcome)], []), cancellationToken)));

    ShardOutcome ToOutcome(LostAttempt attempt) => new(
        attempt.Group, attempt.Shard, attempt.Attempt, ShardOutcomeKind.WorkerLost, ErrorCode: ErrorCodes.WorkerLost,
        ErrorMessage: $"the process of node {options.NodeId} died with {attempt.Rows.Count} rows of shard {attempt.Shard} in its engine", SuspectRows: attempt.Rows);

    async Task SendAsync(WorkerReport report, CancellationToken cancellationToken)
    {
        for (var failures = 0; failures < MaxFailures && !cancellationToken.IsCancellationRequested;)
        {
            try
            {
                await control.ReportAsync(report, cancellationToken);
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                failures++;
                Log.ReportFailed(logger, report.JobId, failures, e);
            }

            await Task.Delay(Backoff.Pause(failures), options.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
