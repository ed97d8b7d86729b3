using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serverless.Placement.Cluster;
using Serverless.Workers.InFlight;
using Serverless.Workers.Sidecar;

namespace Serverless.Workers;

/// <summary>The node comes to the cluster when its actor can be called, and leaves it when its shards are done or given back.</summary>
internal sealed class WorkerLife(WorkerNode node, Heartbeat heartbeat, LostReports lostReports, ControlPlane control, ILogger<WorkerLife> logger) : IHostedLifecycleService, IDisposable
{
    readonly CancellationTokenSource stop = new();
    Task reporting = Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        heartbeat.Start();
        reporting = lostReports.SendAsync(node.Lost, stop.Token);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await node.EndAsync(cancellationToken);
        await stop.CancelAsync();
        await reporting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await heartbeat.StopAsync();
        try
        {
            await control.LeaveAsync(new NodeLeave(node.Identity.NodeId, node.Identity.Incarnation));
        }
        catch (Exception e)
        {
            // The cluster misses the heartbeats instead.
            Log.LeaveFailed(logger, e);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => stop.Dispose();
}
