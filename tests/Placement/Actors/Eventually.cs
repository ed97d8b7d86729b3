namespace Serverless.Placement.Tests.Actors;

/// <summary>Waits that end: each says what did not happen.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    public static async Task<T> Get<T>(Func<Task<T>> ask, Func<T, bool> until, string otherwise)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var last = await ask();
            if (until(last))
            {
                return last;
            }

            if (TimeProvider.System.GetElapsedTime(start) > Bound)
            {
                throw new TimeoutException($"{otherwise}; last seen: {System.Text.Json.JsonSerializer.Serialize(last)}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    public static Task True(Func<bool> condition, string otherwise) => Get(() => Task.FromResult(condition()), so => so, otherwise);
}
