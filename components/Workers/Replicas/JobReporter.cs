using System.Collections.Concurrent;
using Serverless.Placement.Pools;
using Serverless.Storage;
using Serverless.Workers.Sidecar;

namespace Serverless.Workers.Replicas;

/// <summary>
/// Tells a job how its attempts ended, at once (what ends while a report is under way goes with the next), and how far the others are,
/// now and then. What ended is repeated until the job has it; only then is the attempt forgotten, so nothing is lost in between.
/// </summary>
internal sealed class JobReporter : IAsyncDisposable
{
    /// <summary>A job's actor stores a report in one turn; more go with the next.</summary>
    const int MaxEnded = 256;

    readonly string jobId;
    readonly string replicaId;
    readonly ConcurrentDictionary<RunningShard, Attempt> attempts;
    readonly ReplicaServices services;
    readonly Action onAcknowledged;
    readonly Signal signal = new();
    readonly CancellationTokenSource stop = new();
    readonly Task reporting;
    IReadOnlyList<ShardProgress> told = [];

    public JobReporter(
        string jobId, string replicaId, ConcurrentDictionary<RunningShard, Attempt> attempts, ReplicaServices services, Action onAcknowledged)
    {
        (this.jobId, this.replicaId, this.attempts, this.services, this.onAcknowledged) = (jobId, replicaId, attempts, services, onAcknowledged);
        reporting = Task.Run(RunAsync);
    }

    /// <summary>Something ended.</summary>
    public void Wake() => signal.Raise();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await reporting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        signal.Dispose();
        stop.Dispose();
    }

    async Task RunAsync()
    {
        for (var failures = 0; ;)
        {
            await (failures == 0
                ? signal.WaitAsync(services.Options.ReportInterval, stop.Token)
                : Task.Delay(Backoff.Pause(failures), services.Options.TimeProvider, stop.Token));
            try
            {
                while (await ReportAsync())
                {
                }

                failures = 0;
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                failures++;
                Log.ReportFailed(services.Logger, jobId, failures, e);
                ForgetStopped();
            }
        }
    }

    /// <returns>Whether more has ended than fits into one report.</returns>
    async Task<bool> ReportAsync()
    {
        var ended = attempts.Values.Where(attempt => attempt.Outcome is not null).Take(MaxEnded).ToList();
        var running = attempts.Values.Where(attempt => attempt.Outcome is null).Select(attempt => attempt.Progress).OrderBy(progress => progress.Shard).ToList();
        if (ended.Count == 0 && running.SequenceEqual(told))
            return false;
        if (ended.Count > 0)
            Failpoints.Hit("workers.report.before-send");
        await services.Control.ReportAsync(new WorkerReport(jobId, replicaId, [.. ended.Select(attempt => attempt.Outcome!)], running), stop.Token);
        if (ended.Count > 0)
            Failpoints.Hit("workers.report.acknowledged");
        told = running;
        Forget(ended);
        return ended.Count == MaxEnded;
    }

    /// <summary>Nobody waits for what was stopped: a job that cannot be told (it may be gone) must not keep slots for ever.</summary>
    void ForgetStopped() => Forget([.. attempts.Values.Where(attempt => attempt is { IsStopped: true, Outcome: not null })]);

    void Forget(List<Attempt> ended)
    {
        foreach (var attempt in ended)
        {
            attempts.TryRemove(attempt.Key, out _);
            attempt.Dispose();
        }

        if (ended.Count > 0)
            onAcknowledged();
    }
}
