namespace Dapr.Workflow.Client;

/// <summary>Runs something again as a retry policy says, with durable timers in between.</summary>
/// <typeparam name="T">The type of the result.</typeparam>
public sealed class RetryInterceptor<T>
{
    private readonly IWorkflowContext context;
    private readonly WorkflowRetryPolicy policy;
    private readonly Func<Task<T>> attempt;
    private readonly Func<TimeSpan, Task> delay;

    /// <summary>Something to run as a policy says.</summary>
    /// <param name="context">The workflow's context, for its time.</param>
    /// <param name="retryPolicy">The policy.</param>
    /// <param name="retryCall">One attempt.</param>
    /// <param name="retryTimerFactory">Waits between attempts. Default: a timer of the context.</param>
    public RetryInterceptor(
        IWorkflowContext context, WorkflowRetryPolicy retryPolicy, Func<Task<T>> retryCall, Func<TimeSpan, Task>? retryTimerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(retryPolicy);
        ArgumentNullException.ThrowIfNull(retryCall);
        this.context = context;
        policy = retryPolicy;
        attempt = retryCall;
        delay = retryTimerFactory ?? TimerOf(context);
    }

    /// <summary>Runs it.</summary>
    /// <exception cref="WorkflowTaskFailedException">The last attempt failed. Other exceptions are not tried again.</exception>
    public async Task<T> Invoke()
    {
        var firstAttempt = context.CurrentUtcDateTime;
        for (var number = 0; ; number++)
        {
            TimeSpan pause;
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (WorkflowTaskFailedException) when (NextDelay(number, firstAttempt) is { } next)
            {
                pause = next;
            }

            await delay(pause).ConfigureAwait(false);
        }
    }

    // Null when the failure is final.
    private TimeSpan? NextDelay(int number, DateTime firstAttempt)
    {
        if (number + 1 >= policy.MaxNumberOfAttempts)
        {
            return null;
        }

        if (policy.RetryTimeout != Timeout.InfiniteTimeSpan && context.CurrentUtcDateTime - firstAttempt >= policy.RetryTimeout)
        {
            return null;
        }

        var ticks = policy.FirstRetryInterval.Ticks * Math.Pow(policy.BackoffCoefficient, number);
        if (policy.MaxRetryInterval is { } longest && ticks > longest.Ticks)
        {
            return longest;
        }

        // What no time can express, nobody would live to see.
        return ticks < (DateTime.MaxValue - context.CurrentUtcDateTime).Ticks ? TimeSpan.FromTicks((long)ticks) : null;
    }

    private static Func<TimeSpan, Task> TimerOf(IWorkflowContext context) =>
        context is WorkflowContext workflow
            ? pause => workflow.CreateTimer(pause, CancellationToken.None)
            : throw new ArgumentException($"{context.GetType().Name} has no timers: pass retryTimerFactory.", nameof(context));
}
