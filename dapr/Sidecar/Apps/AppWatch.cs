using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Apps;

/// <summary>
/// Follows the apps: waits until one listens, asks for its settings, and notices at once when its process ends (an idle connection closes,
/// a call fails), or within some seconds when it hangs.
/// </summary>
internal sealed class AppWatch(AppDirectory apps, IEnumerable<IAppObserver> observers, TimeProvider time, ILogger<AppWatch> log) : IHostedService, IDisposable
{
    private const int FailuresUntilLost = 3;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50), LongestWait = TimeSpan.FromMilliseconds(500), Interval = TimeSpan.FromSeconds(1);
    private readonly IAppObserver[] _observers = [.. observers];
    private readonly CancellationTokenSource _stop = new();
    private Task[] _loops = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loops = [.. apps.All.Where(app => app.Channel is not null).Select(app => Task.Run(() => FollowAsync(app), CancellationToken.None))];
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops).WaitAsync(cancellationToken);
    }

    public void Dispose() => _stop.Dispose();

    private async Task FollowAsync(SidecarApp app)
    {
        var probe = new AppProbe(app);
        try
        {
            while (true)
            {
                var config = await AwaitUpAsync(app, probe);
                app.Trust();
                app.IsUp = true;
                Announce(app, config);
                await AwaitLostAsync(app, probe, config);
                app.IsUp = false;
                log.AppLost(app.Id);
                foreach (var observer in _observers)
                {
                    observer.AppLost(app);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The sidecar stops.
        }
    }

    private async Task<byte[]> AwaitUpAsync(SidecarApp app, AppProbe probe)
    {
        var said = false;
        for (var wait = FirstWait; ; wait = wait < LongestWait ? wait * 2 : LongestWait)
        {
            var (result, config) = await probe.ConfigAsync(_stop.Token);
            if (result == ProbeResult.Alive)
            {
                return config;
            }

            if (result == ProbeResult.Unwell && !said)
            {
                said = true;
                log.AppUnwell(app.Id, app.Channel!.Address);
            }

            await Task.Delay(wait, time, _stop.Token);
        }
    }

    private async Task AwaitLostAsync(SidecarApp app, AppProbe probe, byte[] config)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var closed = probe.ClosedAsync(end.Token);
        for (var failures = 0; failures < FailuresUntilLost;)
        {
            var tick = Task.Delay(Interval, time, end.Token);
            await Task.WhenAny(closed, app.Suspected, tick);
            _stop.Token.ThrowIfCancellationRequested();
            ProbeResult result;
            if (closed.IsCompleted || app.Suspected.IsCompleted)
            {
                app.Trust();
                (result, var newConfig) = await probe.ConfigAsync(_stop.Token);
                if (result == ProbeResult.Alive && !newConfig.AsSpan().SequenceEqual(config))
                {
                    config = newConfig;
                    Announce(app, config);
                }

                if (result != ProbeResult.Gone)
                {
                    // A server that closes idle connections at once is connected to once an interval only.
                    await Task.WhenAny(tick, app.Suspected);
                    closed = closed.IsCompleted ? probe.ClosedAsync(end.Token) : closed;
                }
            }
            else
            {
                result = await probe.HealthAsync(_stop.Token);
            }

            failures = result switch { ProbeResult.Alive => 0, ProbeResult.Unwell => failures + 1, _ => FailuresUntilLost };
        }

        await end.CancelAsync();
    }

    private void Announce(SidecarApp app, byte[] config)
    {
        log.AppUp(app.Id, app.Channel!.Address);
        foreach (var observer in _observers)
        {
            observer.AppUp(app, config);
        }
    }
}
