using Dapr.Sidecar.Store;

namespace Dapr.Sidecar.Actors.State;

/// <summary>Removes expired state of actors once a minute; readers do not see it anyway.</summary>
internal sealed class StateSweep(ActorStateStore state, TimeProvider time, ILogger<StateSweep> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await state.SweepAsync() > 0)
                {
                    // Some rows at a time, so that writers do not wait long.
                }
            }
            catch (StoreException error)
            {
                log.SweepFailed(error.Message);
            }
        }
    }
}
