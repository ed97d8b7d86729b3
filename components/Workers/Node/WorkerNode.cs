using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serverless.Contracts.Errors;
using Serverless.Placement.Workers;
using Serverless.Workers.InFlight;
using Serverless.Workers.Replicas;
using Serverless.Workers.Sidecar;

namespace Serverless.Workers;

/// <summary>The replicas of this node, and how the process ends.</summary>
internal sealed class WorkerNode(ControlPlane control, WorkerOptions options, IHostApplicationLifetime lifetime, ILogger<WorkerNode> logger) : IDisposable
{
    readonly InFlightFile? inFlight = options.DataFolder is { } folder ? InFlightFile.Open(folder, options.NodeId) : null;
    /// <summary>Those that there are; while one ends, its successor of the same id may be there already.</summary>
    readonly List<Replica> replicas = [];
    readonly Lock access = new();
    JobException? failure;

    public WorkerIdentity Identity { get; } = new(options.NodeId, Guid.NewGuid().ToString("N"));

    /// <summary>What the node's last process had when it died.</summary>
    public IReadOnlyList<LostAttempt> Lost => inFlight?.Lost ?? [];

    public bool IsDraining { get; private set; }

    /// <summary>Why the process must end: its engine is broken, and a new process is the only cure.</summary>
    public JobException? Failure => Volatile.Read(ref failure);

    public WorkerHealth Health => new(
        Identity.NodeId, Identity.Incarnation, IsDraining, [.. All().Select(replica => replica.Health).OrderBy(engine => engine.ReplicaId, StringComparer.Ordinal)]);

    /// <summary>Loads an engine, unless it is there.</summary>
    /// <exception cref="InvalidOperationException">The node drains.</exception>
    public void Start(EngineStart start)
    {
        lock (access)
        {
            if (IsDraining)
                throw new InvalidOperationException($"the node {Identity.NodeId} drains and takes no replica; place {start.ReplicaId} elsewhere");
            if (replicas.Exists(other => other.Id == start.ReplicaId && !other.IsDraining))
                return;

            // A device is free when the engine that the pool has given back has left it.
            var before = Task.WhenAll(replicas.Where(other => other.IsDraining && other.IsInTheWayOf(start)).Select(other => other.Completion));
            var services = new ReplicaServices(control, options, logger, inFlight);
            var replica = new Replica(start, Identity, services, before, Fail);
            replicas.Add(replica);
            _ = RemoveAsync(replica);
        }
    }

    public void Stop(string replicaId) => Find(replicaId)?.Drain();

    public void Wake(string replicaId) => Find(replicaId)?.Wake();

    public void Drain()
    {
        lock (access)
            IsDraining = true;
        foreach (var replica in All())
            replica.Drain();
    }

    /// <summary>Lets what runs end while there is time, then stops it, and reports.</summary>
    public async Task EndAsync(CancellationToken hurry)
    {
        Drain();
        var ended = Task.WhenAll(All().Select(replica => replica.Completion));
        if (Failure is null)
            await WaitAsync(ended, options.DrainTime, hurry);
        foreach (var replica in All())
            replica.Leave($"node {Identity.NodeId} ends");
        await WaitAsync(ended, options.LastReportTime, hurry);
        foreach (var replica in All())
            replica.Abandon();
        await ended;
    }

    public void Dispose() => inFlight?.Dispose();

    async Task RemoveAsync(Replica replica)
    {
        await replica.Completion;
        lock (access)
            replicas.Remove(replica);
        await replica.DisposeAsync();
    }

    List<Replica> All()
    {
        lock (access)
            return [.. replicas];
    }

    Replica? Find(string replicaId) => All().FindLast(replica => replica.Id == replicaId);

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
