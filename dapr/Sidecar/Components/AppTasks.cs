namespace Dapr.Sidecar.Components;

/// <summary>Work for apps that happens in order, one piece after the other for each app, off the caller's thread.</summary>
internal sealed partial class AppTasks(ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task> _last = [];

    /// <summary>Runs a piece after those before it.</summary>
    public void Run(string appId, Func<Task> work)
    {
        lock (_gate)
        {
            _last[appId] = Next(appId, _last.GetValueOrDefault(appId, Task.CompletedTask), work);
        }
    }

    /// <summary>Ends after all pieces.</summary>
    public async Task EndAsync(CancellationToken cancellation)
    {
        Task[] all;
        lock (_gate)
        {
            all = [.. _last.Values];
        }

        await Task.WhenAll(all).WaitAsync(cancellation);
    }

    private Task Next(string appId, Task before, Func<Task> work) => Task.Run(async () =>
    {
        await before;
        try
        {
            await work();
        }
        catch (OperationCanceledException)
        {
            // The sidecar stops.
        }
        catch (Exception error)
        {
            LogFailed(appId, error);
        }
    });

    [LoggerMessage(304, LogLevel.Error, "App {App}: what was to be done when it came or went failed.")]
    private partial void LogFailed(string app, Exception error);
}
