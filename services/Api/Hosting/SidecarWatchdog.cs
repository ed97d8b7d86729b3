using Dapr.SidecarApi;

namespace Serverless.Api.Hosting;

/// <summary>
/// Looks after the sidecar: says in the log when it goes and comes, and asks it to end, so that its supervisor starts it again, when it answers and yet
/// sees no workflow worker for long, although this process runs one. This process itself goes on whatever happens.
/// </summary>
internal sealed partial class SidecarWatchdog(SidecarClient sidecar, TimeProvider time, ILogger<SidecarWatchdog> logger) : BackgroundService
{
    /// <summary>How often it looks while all is well, and the longest pause while the sidecar is away (full jitter below a ceiling that doubles).</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>How long the sidecar may see no workflow worker: a worker that lost its stream is back within seconds.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstCeiling = TimeSpan.FromMilliseconds(100);

    /// <summary>Looks once.</summary>
    public async Task<SidecarSight> LookAsync(CancellationToken cancellation)
    {
        try
        {
            return await sidecar.GetMetadataAsync(cancellation) is { Workflows.ConnectedWorkers: > 0 } ? SidecarSight.Ready : SidecarSight.WithoutWorker;
        }
        catch (Exception error) when (error is HttpRequestException or TimeoutException or SidecarException)
        {
            return SidecarSight.Away;
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        SidecarSight? last = null;
        var since = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            var sight = await LookAsync(stoppingToken);
            failures = sight is SidecarSight.Away ? failures + 1 : 0;
            if (sight != last)
            {
                // At first it is being started, or this process's worker is.
                if (last is not null)
                {
                    LogSight(sight is SidecarSight.Ready ? LogLevel.Information : LogLevel.Warning, sight);
                }

                (last, since) = (sight, time.GetTimestamp());
            }
            else if (sight is SidecarSight.WithoutWorker && time.GetElapsedTime(since) >= Patience)
            {
                LogRestart(Patience.TotalSeconds);
                await EndAsync(stoppingToken);
                since = time.GetTimestamp();
            }

            await Task.Delay(failures == 0 ? Interval : Pause(failures), time, stoppingToken);
        }
    }

    private async Task EndAsync(CancellationToken cancellation)
    {
        try
        {
            await sidecar.ShutdownAsync(cancellation);
        }
        catch (Exception error) when (error is HttpRequestException or TimeoutException or SidecarException)
        {
            LogNotEnded(error);
        }
    }

    private static TimeSpan Pause(int failures) =>
        TimeSpan.FromTicks(Random.Shared.NextInt64(Math.Min(Interval.Ticks, FirstCeiling.Ticks << Math.Min(failures - 1, 20))) + 1);

    [LoggerMessage(EventId = 3101, Message = "The sidecar is {Sight}.")]
    private partial void LogSight(LogLevel level, SidecarSight sight);

    [LoggerMessage(3102, LogLevel.Error, "The sidecar has seen no workflow worker for {Seconds} s; it is asked to end, so that it is started again.")]
    private partial void LogRestart(double seconds);

    [LoggerMessage(3103, LogLevel.Error, "The sidecar did not take the request to end; it is asked again.")]
    private partial void LogNotEnded(Exception error);
}

/// <summary>How the sidecar looks.</summary>
internal enum SidecarSight
{
    /// <summary>It answers, and a workflow worker is connected to it.</summary>
    Ready,

    /// <summary>It answers, and no workflow worker is connected to it.</summary>
    WithoutWorker,

    /// <summary>It does not answer.</summary>
    Away,
}
