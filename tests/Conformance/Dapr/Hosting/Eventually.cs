namespace Serverless.Conformance.Tests.Dapr.Hosting;

/// <summary>Asks again until something is so, with a limit and a message.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<T> IsAsync<T>(Func<Task<T>> ask, Func<T, bool> isSo, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = await ask();
            if (isSo(answer))
            {
                return answer;
            }

            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"After {Patience} it was not so that {what}; the last answer was {answer}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
