using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Placement.Pools;
using Serverless.Placement.Workers;
using Serverless.Storage;
using Serverless.Workers.Sidecar;

namespace Serverless.Workers.Replicas;

/// <summary>
/// One replica of a pool on this node: an engine, and the loop that goes to the pool with free slots and comes back with shards of any
/// job. Shards start the moment they come and share the engine's batches, so a shard or a job that ends leaves no gap.
/// </summary>
internal sealed class Replica : IAsyncDisposable
{
    readonly EngineStart start;
    readonly WorkerIdentity worker;
    readonly ReplicaServices services;
    readonly EngineHost engine;
    readonly Action<JobException> onEngineFailed;
    readonly Signal signal = new();
    readonly Lock access = new();
    readonly Dictionary<string, ReplicaJob> jobs = [];
    readonly CancellationTokenSource abandon = new();
    volatile bool isDraining;
    volatile bool isRetired;

    public Replica(EngineStart start, WorkerIdentity worker, ReplicaServices services, Task before, Action<JobException> onEngineFailed)
    {
        (this.start, this.worker, this.services, this.onEngineFailed) = (start, worker, services, onEngineFailed);
        engine = new EngineHost(start.Engine, start.Accelerators, services.Options);
        Completion = Task.Run(() => RunAsync(before));
    }

    public string Id => start.ReplicaId;

    public bool IsDraining => isDraining;

    /// <summary>Whether it stands on a device that another one asks for, or is the same replica come back.</summary>
    public bool IsInTheWayOf(EngineStart other) =>
        other.ReplicaId == start.ReplicaId || other.Accelerators.Intersect(start.Accelerators).Any() || (other.Accelerators.Count == 0 && start.Accelerators.Count == 0);

    /// <summary>Ends when the engine is unloaded. Never faults.</summary>
    public Task Completion { get; }

    public EngineHealth Health => new(start.ReplicaId, start.PoolId, State, Running().Count, engine.Error?.Message);

    ReplicaState State => isDraining ? ReplicaState.Draining : engine.State;

    /// <summary>There is something at the pool.</summary>
    public void Wake() => signal.Raise();

    /// <summary>Takes no more shards, and ends when those that it has are done.</summary>
    public void Drain()
    {
        isDraining = true;
        signal.Raise();
    }

    /// <summary>Stops what runs, at the engine's next step; others must take it.</summary>
    /// <param name="why">For whoever reads it.</param>
    /// <param name="only">Which. Default: all.</param>
    public void Leave(string why, IReadOnlyCollection<RunningShard>? only = null)
    {
        foreach (var attempt in Attempts().Where(attempt => only is null || only.Contains(attempt.Key)))
            attempt.Leave(why);
    }

    /// <summary>Ends without waiting for anybody to acknowledge anything.</summary>
    public void Abandon() => abandon.CancelUnlessDisposed();

    public async ValueTask DisposeAsync()
    {
        Abandon();
        await Completion;
        signal.Dispose();
        abandon.Dispose();
    }

    /// <param name="before">Ends when those that were in the way have left the device, and the pool hears of them no more.</param>
    async Task RunAsync(Task before)
    {
        try
        {
            await before.WaitAsync(abandon.Token);
            engine.Start(signal.Raise);
            await LoopAsync();
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            // Whoever waits for the attempts learns from the pool that they are gone.
        }
        catch (Exception e)
        {
            Log.ReplicaFailed(services.Logger, start.ReplicaId, e);
        }

        foreach (var job in TakeJobs(_ => true))
            await job.DisposeAsync();
        try
        {
            await engine.DisposeAsync();
        }
        catch (Exception e)
        {
            Log.ReplicaFailed(services.Logger, start.ReplicaId, e);
        }

        Log.ReplicaEnded(services.Logger, start.ReplicaId);
    }

    async Task LoopAsync()
    {
        for (var failures = 0; ;)
        {
            var running = Running();
            if (isDraining && running.Count == 0)
                break;
            try
            {
                // To the pool that gave it back it is gone: it may have a successor of the same id.
                if (!isRetired)
                    Obey(await services.Control.ExchangeAsync(start.PoolId, Exchange(running), abandon.Token));
                failures = 0;
            }
            catch (Exception e) when (!abandon.IsCancellationRequested)
            {
                failures++;
                Log.ExchangeFailed(services.Logger, start.ReplicaId, failures, e);
            }

            foreach (var idle in TakeJobs(job => job.IdleTime > services.Options.JobIdleTime))
                await idle.DisposeAsync();
            await signal.WaitAsync(failures > 0 ? Backoff.Pause(failures) : Interval, abandon.Token);
        }

        if (!isRetired)
            await LastExchangeAsync();
    }

    /// <summary>The pool hears that the last attempts are over; if not, it finds out by itself.</summary>
    async Task LastExchangeAsync()
    {
        try
        {
            await services.Control.ExchangeAsync(start.PoolId, Exchange([]), abandon.Token);
        }
        catch (Exception e)
        {
            Log.ExchangeFailed(services.Logger, start.ReplicaId, 1, e);
        }
    }

    TimeSpan Interval => Running().Count > 0 || engine.State == ReplicaState.Starting ? services.Options.ExchangeInterval : services.Options.IdleInterval;

    WorkerExchange Exchange(List<RunningShard> running) => new(
        start.ReplicaId,
        worker.NodeId,
        worker.Incarnation,
        State,
        running,
        State == ReplicaState.Ready ? Math.Max(0, services.Options.MaxShardsPerReplica - running.Count) : 0,
        engine.Error);

    void Obey(ExchangeAnswer answer)
    {
        if (answer.Retire)
        {
            Log.Retired(services.Logger, start.ReplicaId);
            (isDraining, isRetired) = (true, true);
            Leave($"replica {start.ReplicaId} on node {worker.NodeId} was given back");
            signal.Raise();
        }

        foreach (var shard in answer.Stop)
            JobOf(shard.JobId)?.Stop(shard);

        if (engine.Engine is not { } ready)
            return;
        if (answer.Shards.Count > 0)
            Failpoints.Hit("workers.replica.leased");
        foreach (var lease in answer.Shards)
        {
            ReplicaJob? job;
            lock (access)
            {
                if (!jobs.TryGetValue(lease.JobId, out job))
                    jobs[lease.JobId] = job = new ReplicaJob(lease, ready, services, start.ReplicaId, signal.Raise, start.Engine.Model.Engine == EngineKind.Local ? onEngineFailed : null);
            }

            job.Start(lease);
        }

        // Draining may have begun while the exchange was under way: others must take what came with it.
        if (isDraining && answer.Shards.Count > 0)
            Leave($"node {worker.NodeId} drains", [.. answer.Shards.Select(lease => new RunningShard(lease.JobId, lease.Ticket.Shard, lease.Ticket.Attempt))]);
    }

    ReplicaJob? JobOf(string jobId)
    {
        lock (access)
            return jobs.GetValueOrDefault(jobId);
    }

    List<ReplicaJob> TakeJobs(Func<ReplicaJob, bool> which)
    {
        lock (access)
        {
            var taken = jobs.Where(job => which(job.Value)).ToList();
            foreach (var (id, _) in taken)
                jobs.Remove(id);
            return [.. taken.Select(job => job.Value)];
        }
    }

    List<Attempt> Attempts()
    {
        lock (access)
            return [.. jobs.Values.SelectMany(job => job.Attempts)];
    }

    List<RunningShard> Running() => [.. Attempts().Select(attempt => attempt.Key)];
}
