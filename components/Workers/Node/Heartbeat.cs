using Microsoft.Extensions.Logging;
using Serverless.Placement.Cluster;
using Serverless.Workers.Sidecar;

namespace Serverless.Workers;

/// <summary>
/// Tells the cluster that the node is there, from a thread of its own: a process whose thread pool is busy with rows is not lost.
/// </summary>
internal sealed class Heartbeat(WorkerNode node, ControlPlane control, WorkerOptions options, ILogger<Heartbeat> logger) : IDisposable
{
    readonly ManualResetEventSlim stopped = new();
    readonly IReadOnlyList<Accelerator> accelerators = NodeResources.Accelerators(options.Cards);
    readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Thread? thread;
    volatile bool isHeard;

    /// <summary>Whether the cluster took the last heartbeat: sidecar and control plane are there.</summary>
    public bool IsHeard => isHeard;

    public void Start()
    {
        thread = new Thread(Run) { IsBackground = true, Name = "heartbeat", Priority = ThreadPriority.AboveNormal };
        thread.Start();
    }

    /// <summary>No heartbeat follows that the cluster could take for a new beginning.</summary>
    public Task StopAsync()
    {
        stopped.Set();
        return thread is not null ? ended.Task : Task.CompletedTask;
    }

    /// <summary>A host that was not stopped is disposed all the same; a call that is under way has a deadline.</summary>
    public void Dispose()
    {
        stopped.Set();
        thread?.Join();
        stopped.Dispose();
    }

    void Run()
    {
        var failures = 0;
        do
        {
            try
            {
                var answer = control.HeartbeatAsync(Report()).GetAwaiter().GetResult();
                (failures, isHeard) = (0, true);
                if (answer.Drain)
                    node.Drain();
            }
            catch (Exception e)
            {
                failures++;
                isHeard = false;
                Log.HeartbeatFailed(logger, failures, e);
            }
        }
        while (!stopped.Wait(failures > 0 ? Backoff.Pause(failures) : options.HeartbeatInterval));

        ended.SetResult();
    }

    NodeReport Report() => new(
        node.Identity.NodeId, node.Identity.Incarnation, accelerators, NodeResources.Others, options.Labels, node.IsDraining, node.Health);
}
