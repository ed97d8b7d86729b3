using System.Security.Cryptography;

namespace Dapr.Workflow.Worker;

/// <summary>
/// Waiting before trying again: a random time below a limit that doubles ("full jitter"), so that workers that lost the same sidecar do
/// not come back all at once.
/// </summary>
internal sealed class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private int failures;

    /// <summary>The next time to wait: between zero and 100 ms, 200 ms and so on up to 5 s.</summary>
    public TimeSpan Next()
    {
        var limit = Limit(failures++);
        return TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32((int)limit.TotalMilliseconds + 1));
    }

    /// <summary>It worked: the next failure is a first one again.</summary>
    public void Reset() => failures = 0;

    /// <summary>The longest time to wait after so many failures.</summary>
    public static TimeSpan Limit(int failures) => failures >= 6 ? Longest : First * (1 << failures);
}
