using System.Collections.Concurrent;
using Dapr.Actors.Runtime;
using Serverless.Placement.Pools;
using Serverless.Placement.Workers;

namespace Serverless.Placement.Tests.Actors;

/// <summary>What the doubles of the other parts were told.</summary>
internal sealed class Heard
{
    public ConcurrentQueue<(string NodeId, EngineStart Start)> Starts { get; } = new();

    public ConcurrentQueue<string> Wakes { get; } = new();

    public ConcurrentQueue<string> Stops { get; } = new();

    public ConcurrentQueue<WorkerReport> Reports { get; } = new();

    public ConcurrentQueue<CapacityNotice> Capacity { get; } = new();

    /// <summary>Whether jobs fail to take what they are told.</summary>
    public bool JobsAreDeaf { get; set; }
}

/// <summary>A worker that notes its orders.</summary>
internal sealed class FakeWorkerActor(ActorHost host, Heard heard) : Actor(host), IGpuWorkerActor
{
    public Task StartEngineAsync(EngineStart start)
    {
        heard.Starts.Enqueue((Host.ActorTypeInfo.ActorTypeName["GpuWorker.".Length..], start));
        return Task.CompletedTask;
    }

    public Task StopEngineAsync(string replicaId)
    {
        heard.Stops.Enqueue(replicaId);
        return Task.CompletedTask;
    }

    public Task WakeAsync(string replicaId)
    {
        heard.Wakes.Enqueue(replicaId);
        return Task.CompletedTask;
    }

    public Task DrainAsync() => Task.CompletedTask;

    public Task<WorkerHealth> GetHealthAsync() => Task.FromResult(new WorkerHealth(Host.ActorTypeInfo.ActorTypeName, "1", false, []));
}

/// <summary>A job that notes what it is told.</summary>
[Actor(TypeName = IJobNotices.ActorType)]
internal sealed class FakeJobActor(ActorHost host, Heard heard) : Actor(host), IJobNotices
{
    public Task ReportAsync(WorkerReport report)
    {
        Listen();
        heard.Reports.Enqueue(report);
        return Task.CompletedTask;
    }

    public Task CapacityAsync(CapacityNotice notice)
    {
        Listen();
        heard.Capacity.Enqueue(notice);
        return Task.CompletedTask;
    }

    private void Listen()
    {
        if (heard.JobsAreDeaf)
        {
            throw new InvalidOperationException("This job does not listen now.");
        }
    }
}
