namespace Dapr.Workflow;

/// <summary>Fan-out with a limit.</summary>
public static class ParallelExtensions
{
    /// <summary>Runs one task for each input, so many at a time, and waits for all of them.</summary>
    /// <param name="context">The workflow's context.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="taskFactory">Starts the task of an input.</param>
    /// <param name="maxConcurrency">How many run at a time. Default: 5.</param>
    /// <returns>The results in the order of the inputs.</returns>
    /// <exception cref="AggregateException">Some tasks failed; it is thrown when all have ended.</exception>
    public static async Task<TResult[]> ProcessInParallelAsync<TInput, TResult>(
        this WorkflowContext context, IEnumerable<TInput> inputs, Func<TInput, Task<TResult>> taskFactory, int maxConcurrency = 5)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(taskFactory);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxConcurrency);
        var items = inputs.ToArray();
        var results = new TResult[items.Length];
        var failures = new List<Exception>();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(maxConcurrency, items.Length)).Select(_ => RunLaneAsync()).ToArray()).ConfigureAwait(false);
        return failures.Count == 0 ? results : throw new AggregateException($"{failures.Count} out of {items.Length} tasks failed", failures);

        // Each lane takes the next input when it is done with one; all run on the workflow's one thread.
        async Task RunLaneAsync()
        {
            while (next < items.Length)
            {
                var index = next++;
                try
                {
                    results[index] = await taskFactory(items[index]).ConfigureAwait(false);
                }
                catch (Exception failure)
                {
                    failures.Add(failure);
                }
            }
        }
    }
}
