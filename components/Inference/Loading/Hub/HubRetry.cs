namespace Serverless.Inference.Loading.Hub;

/// <summary>
/// When to try again: after half a second, doubling up to 30, or when the hub says (Retry-After). Progress starts the count anew, so
/// that a large file over a bad line arrives in the end; bytes that were here before are no progress.
/// </summary>
internal sealed class HubRetry(HubReference model, HubOptions options, TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private int failures;
    private long furthest;

    /// <summary>So many bytes are here now.</summary>
    public void Progressed(long bytes)
    {
        if (bytes <= furthest) return;
        furthest = bytes;
        failures = 0;
    }

    /// <summary>Runs until it succeeds, fails for good, or has failed too often.</summary>
    /// <exception cref="InferenceException">It failed for good, or too often.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await attempt();
            }
            catch (HubTransientException e)
            {
                await WaitAsync(e, cancellationToken);
            }
        }
    }

    private Task WaitAsync(HubTransientException e, CancellationToken cancellationToken)
    {
        failures++;
        if (failures >= options.MaxAttempts || e.RetryAfter > options.MaxRetryAfter) throw HubErrors.GivenUp(model, options, failures, e);
        var backoff = First * Math.Pow(2, failures - 1);
        return Task.Delay(e.RetryAfter ?? (backoff < Longest ? backoff : Longest), time, cancellationToken);
    }
}
