namespace Dapr.Sidecar.Components;

/// <summary>Work for apps that happens in order, one piece after the other for each app, off the caller's thread.</summary>
internal sealed class AppTasks
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task> _last = [];

    /// <summary>Runs a piece after those before it.</summary>
    public void Run(string appId, Func<Task> work)
    {
        lock (_gate)
        {
            _last[appId] = Next(_last.GetValueOrDefault(appId, Task.CompletedTask), work);
        }
    }

    /// <summary>Ends after all pieces; fails when one failed otherwise than by being cancelled.</summary>
    public async Task EndAsync(CancellationToken cancellation)
    {
        Task[] all;
        lock (_gate)
        {
            all = [.. _last.Values];
        }

        await Task.WhenAll(all).WaitAsync(cancellation);
    }

    private static Task Next(Task before, Func<Task> work) => Task.Run(async () =>
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
    });
}
