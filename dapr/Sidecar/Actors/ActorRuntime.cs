using Dapr.Sidecar.Actors.Reminders;
using Dapr.Sidecar.Actors.Timers;
using Dapr.Sidecar.Apps;
using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Actors;

/// <summary>The life of the actors as a whole: which apps host them, idle ones, start and stop.</summary>
internal sealed class ActorRuntime(
    Placement placement, ActorTable table, Deactivation deactivation, ActorReminders reminders, ActorTimers timers, TimeProvider time, ILogger<ActorRuntime> log)
    : IHostedLifecycleService, IAppObserver
{
    /// <summary>How long a stop waits for running turns; by the system's clock, since it bounds a real wait.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    public void AppUp(SidecarApp app, ReadOnlyMemory<byte> config)
    {
        var parsed = ActorAppConfig.None;
        try
        {
            parsed = ActorAppConfig.Parse(config);
        }
        catch (FormatException error)
        {
            log.BadConfig(app.Id, error.Message);
        }

        if (placement.Set(app, parsed, out var host))
        {
            _ = Task.Run(() => ScanAsync(host), CancellationToken.None);
        }

        Rebalance();
        reminders.HostsChanged();
        log.HostUp(app.Id, parsed.Types.Count, string.Join(", ", parsed.Types.Keys));
    }

    public void AppLost(SidecarApp app)
    {
        if (placement.Remove(app) is not { } host)
        {
            return;
        }

        // Calls that run on it fail; the actors are free to begin elsewhere at once.
        host.Lose();
        foreach (var activation in table.All.Where(activation => activation.Host == host))
        {
            table.Remove(activation);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => reminders.StartAsync();

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends the turns while the sidecar still answers, so that they can save their state.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        timers.Dispose();
        reminders.Stop();
        var hosts = placement.Hosts;
        try
        {
            await table.CloseAsync().WaitAsync(StopTimeout, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            log.TurnsCut(StopTimeout);
        }

        foreach (var host in hosts)
        {
            host.Lose();
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Rebalance()
    {
        foreach (var activation in table.All.Where(activation => placement.Find(activation.Key) != activation.Host))
        {
            _ = Task.Run(() => deactivation.MoveAsync(activation), CancellationToken.None);
        }
    }

    private async Task ScanAsync(ActorHost host)
    {
        try
        {
            while (true)
            {
                await Task.Delay(host.Config.ScanInterval, time, host.Lost);
                await deactivation.DeactivateIdleAsync(host);
            }
        }
        catch (OperationCanceledException) when (host.Lost.IsCancellationRequested)
        {
            // The app is gone, or the sidecar stops.
        }
    }
}
