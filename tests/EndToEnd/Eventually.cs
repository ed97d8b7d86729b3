namespace Serverless.EndToEnd.Tests;

/// <summary>Bounded waits whose end says what did not happen.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2), Tick = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until the answer is not null.</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T?>> ask, Func<string> what)
        where T : class
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await ask() is { } answer)
            {
                return answer;
            }

            TimeProvider.System.GetElapsedTime(start).ShouldBeLessThan(Patience, $"This did not happen: {what()}");
            await Task.Delay(Tick, TimeProvider.System);
        }
    }

    /// <summary>Asks until it is so.</summary>
    public static Task SoAsync(Func<bool> isSo, Func<string> what) => GetAsync(() => Task.FromResult(isSo() ? "" : null), what);
}
