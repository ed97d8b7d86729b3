using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Serverless.Contracts.Errors;
using Serverless.Inference;
using Serverless.Placement.Pools;
using Serverless.Processing.Jobs;
using Serverless.Storage;
using Serverless.Workers.InFlight;

namespace Serverless.Workers.Replicas;

/// <summary>One job on one replica: its document and plan, opened once, its attempts, and what the job is told of them.</summary>
internal sealed class ReplicaJob : IAsyncDisposable
{
    readonly ShardLease first;
    readonly IGenerationEngine engine;
    readonly Action<JobException>? onEngineFailed;
    readonly ILogger logger;
    readonly InFlightFile? inFlight;
    readonly string replicaId;
    readonly TimeProvider time;
    readonly Lock access = new();
    readonly ConcurrentDictionary<RunningShard, Attempt> attempts = new();
    readonly JobReporter reporter;
    readonly CancellationTokenSource stop = new();
    readonly List<Task<WorkerJob>> broken = [];
    Task<WorkerJob>? opening;
    long idleSince;

    /// <param name="first">The first of its shards.</param>
    /// <param name="engine">The engine.</param>
    /// <param name="services">What every part of a replica needs.</param>
    /// <param name="replicaId">The replica.</param>
    /// <param name="onAcknowledged">Told when the job has heard how attempts ended.</param>
    /// <param name="onEngineFailed">Told when the engine has failed as a whole, and this process with it; null for a server, whose silence passes.</param>
    public ReplicaJob(ShardLease first, IGenerationEngine engine, ReplicaServices services, string replicaId, Action onAcknowledged, Action<JobException>? onEngineFailed)
    {
        (this.first, this.engine, this.replicaId, this.onEngineFailed) = (first, engine, replicaId, onEngineFailed);
        (logger, time, inFlight) = (services.Logger, services.Options.TimeProvider, services.InFlight);
        idleSince = time.GetTimestamp();
        reporter = new JobReporter(first.JobId, replicaId, attempts, services, onAcknowledged);
    }

    public IEnumerable<Attempt> Attempts => attempts.Values;

    /// <summary>How long it has been without an attempt.</summary>
    public TimeSpan IdleTime => attempts.IsEmpty ? time.GetElapsedTime(Volatile.Read(ref idleSince)) : TimeSpan.Zero;

    /// <summary>Starts an attempt, unless it has it. A lower attempt at the same shard is stopped.</summary>
    public void Start(ShardLease lease)
    {
        var attempt = new Attempt(lease);
        if (!attempts.TryAdd(attempt.Key, attempt))
            return;
        foreach (var other in attempts.Values.Where(other => other.Key.Shard == attempt.Key.Shard && other.Key.Attempt < attempt.Key.Attempt))
            other.Stop();
        _ = Task.Run(() => RunAsync(attempt));
    }

    public void Stop(RunningShard shard)
    {
        if (attempts.TryGetValue(shard, out var attempt))
            attempt.Stop();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        foreach (var attempt in attempts.Values)
            attempt.Leave("its replica has ended");
        await reporter.DisposeAsync();
        foreach (var opened in opening is null ? broken : [.. broken, opening])
        {
            await ((Task)opened).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (opened.IsCompletedSuccessfully)
                await (await opened).DisposeAsync();
        }

        stop.Dispose();
    }

    async Task RunAsync(Attempt attempt)
    {
        var began = time.GetTimestamp();
        WorkersInstruments.Began();
        using (var span = WorkersTelemetry.Begin(attempt.Lease, replicaId))
        {
            var outcome = await TryAsync(attempt);
            WorkersTelemetry.End(span, outcome);
            WorkersInstruments.HasEnded(outcome, time.GetElapsedTime(began));
            attempt.End(outcome);
        }

        Volatile.Write(ref idleSince, time.GetTimestamp());
        reporter.Wake();
    }

    async Task<ShardOutcome> TryAsync(Attempt attempt)
    {
        using var rows = inFlight?.Begin(new LostAttempt(attempt.Key.JobId, replicaId, attempt.Lease.Group, attempt.Key.Shard, attempt.Key.Attempt, []));
        Task<WorkerJob>? opened = null;
        try
        {
            opened = OpenAsync();
            var job = await opened.WaitAsync(attempt.StopToken);
            attempt.Counter = job.CreateCounter();
            Failpoints.Hit("workers.shard.running");
            return attempt.Done(await job.RunAsync(attempt.Work, attempt.Counter, attempt.StopToken, rows));
        }
        catch (Exception e)
        {
            // What breaks on the way out is not the attempt's failure, unless it is the engine.
            var error = JobErrors.Classify(e);
            if (error.Code == ErrorCodes.EngineFailed && onEngineFailed is null)
            {
                Leave(opened);
                error = new JobException(ErrorCodes.Io, error.Message, error);
            }

            if (attempt.IsStopped && error.Code != ErrorCodes.EngineFailed)
                return attempt.Stopped;
            Log.AttemptFailed(logger, attempt.Key, error.Code, error.Message);
            if (error.Code != ErrorCodes.EngineFailed)
                return attempt.Failed(error.Code, error.Message);
            onEngineFailed!(error);
            return attempt.Failed(error.Code, error.Message) with { SuspectRows = rows?.Positions };
        }
    }

    /// <summary>The next attempt opens the job anew: what runs through this one fails with it.</summary>
    void Leave(Task<WorkerJob>? failed)
    {
        lock (access)
        {
            if (failed is null || opening != failed)
                return;
            broken.Add(failed);
            opening = null;
        }
    }

    /// <summary>The job, opened once; a failure is not kept.</summary>
    Task<WorkerJob> OpenAsync()
    {
        lock (access)
        {
            if (opening is null or { IsFaulted: true } or { IsCanceled: true })
                opening = Task.Run(async () => await WorkerJob.OpenAsync(await JobSpecs.ReadAsync(first.SpecUri, stop.Token), engine, stop.Token));
            return opening;
        }
    }
}
