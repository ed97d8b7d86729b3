namespace Serverless.Faults.Tests;

/// <summary>Bounded waits whose end says what did not happen.</summary>
internal static class Patience
{
    /// <summary>How long anything may take on a machine that is busy with other tests.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(25);

    /// <summary>Asks until the answer is not null.</summary>
    public static async Task<T> ForAsync<T>(Func<Task<T?>> ask, Func<string> what)
        where T : class
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await ask() is { } answer)
            {
                return answer;
            }

            if (TimeProvider.System.GetElapsedTime(start) > Limit)
            {
                throw new TimeoutException($"Within {Limit.TotalSeconds} s this did not happen: {what()}");
            }

            await Task.Delay(Tick, TimeProvider.System);
        }
    }

    /// <summary>Asks until it is so.</summary>
    public static Task UntilAsync(Func<Task<bool>> isSo, Func<string> what) => ForAsync(async () => await isSo() ? "" : null, what);

    /// <summary>Asks until it is so.</summary>
    public static Task UntilAsync(Func<bool> isSo, Func<string> what) => UntilAsync(() => Task.FromResult(isSo()), what);

    /// <summary>A task's result, if it comes in time.</summary>
    public static async Task<T> OfAsync<T>(Task<T> task, Func<string> what)
    {
        try
        {
            return await task.WaitAsync(Limit, TimeProvider.System);
        }
        catch (TimeoutException error) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Within {Limit.TotalSeconds} s this did not happen: {what()}", error);
        }
    }
}
