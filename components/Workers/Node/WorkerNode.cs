using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serverless.Contracts.Errors;
using Serverless.Placement.Workers;
using Serverless.Processing;
using Serverless.Workers.InFlight;
using Serverless.Workers.Replicas;
using Serverless.Workers.Sidecar;

namespace Serverless.Workers;

/// <summary>The replicas of this node, and how the process ends.</summary>
internal sealed class WorkerNode(ControlPlane control, WorkerOptions options, IHostApplicationLifetime lifetime, ILogger<WorkerNode> logger) : IDisposable
{
    readonly InFlightFile? inFlight = options.DataFolder is { } folder ? InFlightFile.Open(folder, options.NodeId) : null;
    readonly ConcurrentDictionary<string, Replica> replicas = new();
    readonly Lock access = new();
    JobException? failure;

    public WorkerIdentity Identity { get; } = new(options.NodeId, Guid.NewGuid().ToString("N"));

    /// <summary>What the node's last process had when it died.</summary>
    public IReadOnlyList<LostAttempt> Lost => inFlight?.Lost ?? [];

    public bool IsDraining { get; private set; }

    /// <summary>Why the process must end: its engine is broken, and a new process is the only cure.</summary>
    public JobException? Failure => Volatile.Read(ref failure);

    public WorkerHealth Health => new(
        Identity.NodeId, Identity.Incarnation, IsDraining, [.. replicas.Values.Select(replica => replica.Health).OrderBy(engine => engine.ReplicaId, StringComparer.Ordinal)]);

    /// <summary>Loads an engine, unless it is there.</summary>
    /// <exception cref="InvalidOperationException">The node drains.</exception>
    public void Start(EngineStart start)
    {
        lock (access)
        {
            if (IsDraining)
                throw new InvalidOperationException($"the node {Identity.NodeId} drains and takes no replica; place {start.ReplicaId} elsewhere");
            if (replicas.ContainsKey(start.ReplicaId))
                return;

            // A device is free when the engine that the pool has given back has left it.
            var leaving = Task.WhenAll(replicas.Values.Where(other => other.Health.State == Placement.Pools.ReplicaState.Draining).Select(other => other.Completion));
            var services = new ReplicaServices(control, options, logger, inFlight);
            var replica = new Replica(start, Identity, services, options.LoadEngine ?? LocalEngine.Default, leaving, Fail);
            replicas[start.ReplicaId] = replica;
            _ = RemoveAsync(start.ReplicaId, replica);
        }
    }

    async Task RemoveAsync(string replicaId, Replica replica)
    {
        await replica.Completion;
        replicas.TryRemove(replicaId, out _);
        await replica.DisposeAsync();
    }

    public void Stop(string replicaId)
    {
        if (replicas.TryGetValue(replicaId, out var replica))
            replica.Drain();
    }

    public void Wake(string replicaId)
    {
        if (replicas.TryGetValue(replicaId, out var replica))
            replica.Wake();
    }

    public void Drain()
    {
        lock (access)
            IsDraining = true;
        foreach (var replica in replicas.Values)
            replica.Drain();
    }

    /// <summary>Lets what runs end while there is time, then stops it, and reports.</summary>
    public async Task EndAsync(CancellationToken hurry)
    {
        Drain();
        var ended = Task.WhenAll(replicas.Values.Select(replica => replica.Completion));
        if (Failure is null)
            await WaitAsync(ended, options.DrainTime, hurry);
        foreach (var replica in replicas.Values)
            replica.Leave($"node {Identity.NodeId} ends");
        await WaitAsync(ended, options.LastReportTime, hurry);
        foreach (var replica in replicas.Values)
            replica.Abandon();
        await ended;
    }

    public void Dispose() => inFlight?.Dispose();

    async Task WaitAsync(Task ended, TimeSpan atMost, CancellationToken hurry) =>
        await Task.WhenAny(ended, Task.Delay(atMost, options.TimeProvider, hurry));

    void Fail(JobException error)
    {
        if (Interlocked.CompareExchange(ref failure, error, null) is not null)
            return;
        Log.EngineFailed(logger, error.Message);
        lifetime.StopApplication();
    }
}
