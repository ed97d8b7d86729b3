namespace Serverless.Sidecar.Tests.Workflows.Harness;

/// <summary>Waits for something that nothing tells of, for a bounded time.</summary>
internal static class Eventually
{
    public static async Task AsyncAsync(Func<Task<bool>> condition, Func<string> message)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(begun) > WorkflowHost.Patience)
            {
                throw new TimeoutException(message());
            }

            await Task.Yield();
        }
    }

    public static Task TrueAsync(Func<bool> condition, string message) => AsyncAsync(() => Task.FromResult(condition()), () => message);

    /// <summary>Waits for a task, for a bounded time.</summary>
    public static async Task<T> Within<T>(this Task<T> task, string message)
    {
        try
        {
            return await task.WaitAsync(WorkflowHost.Patience);
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException(message, error);
        }
    }
}
