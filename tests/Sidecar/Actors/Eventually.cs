using Microsoft.Extensions.Time.Testing;

namespace Serverless.Sidecar.Tests.Actors;

/// <summary>Waits that end: each says what did not happen.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    public static async Task<T> In<T>(Task<T> task, string otherwise)
    {
        await In((Task)task, otherwise);
        return await task;
    }

    public static async Task In(Task task, string otherwise)
    {
        try
        {
            await task.WaitAsync(Bound);
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException(otherwise, error);
        }
    }

    /// <summary>Asks again and again, with a moment of real time in between.</summary>
    public static async Task True(Func<Task<bool>> condition, string otherwise)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Bound)
            {
                throw new TimeoutException(otherwise);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    public static Task True(Func<bool> condition, string otherwise) => True(() => Task.FromResult(condition()), otherwise);

    /// <summary>Moves a clock on, a step at a time, until something is so.</summary>
    public static Task WhileTimePasses(FakeTimeProvider time, TimeSpan step, Func<bool> condition, string otherwise) => True(
        () =>
        {
            if (condition())
            {
                return true;
            }

            time.Advance(step);
            return condition();
        },
        otherwise);
}
