namespace Serverless.Workers.Sidecar;

/// <summary>Wakes one loop; several wakes before it looks are one.</summary>
internal sealed class Signal : IDisposable
{
    readonly SemaphoreSlim raised = new(0, 1);

    public void Raise()
    {
        try
        {
            raised.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // It is raised already, or nobody waits any more.
        }
    }

    /// <summary>Waits for it, or for the time to pass.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => raised.WaitAsync(atMost, cancellationToken);

    public void Dispose() => raised.Dispose();
}
