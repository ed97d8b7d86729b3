namespace Serverless.Workers.Sidecar;

/// <summary>Cancelling what may have ended meanwhile.</summary>
internal static class Cancellation
{
    /// <summary>Cancels, unless whatever it would end is over and has cleaned up.</summary>
    public static void CancelUnlessDisposed(this CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }
}
