using Dapr.Actors.Runtime;
using Serverless.Placement.Workers;

namespace Serverless.Workers;

/// <summary>The node's door for the control plane. Nothing here waits: a turn only says what shall happen.</summary>
internal sealed class GpuWorkerActor(ActorHost host, WorkerNode node) : Actor(host), IGpuWorkerActor
{
    public Task StartEngineAsync(EngineStart start)
    {
        node.Start(start);
        return Task.CompletedTask;
    }

    public Task StopEngineAsync(string replicaId)
    {
        node.Stop(replicaId);
        return Task.CompletedTask;
    }

    public Task WakeAsync(string replicaId)
    {
        node.Wake(replicaId);
        return Task.CompletedTask;
    }

    public Task DrainAsync()
    {
        node.Drain();
        return Task.CompletedTask;
    }

    public Task<WorkerHealth> GetHealthAsync() => Task.FromResult(node.Health);
}
