namespace Dapr.Workflow;

/// <summary>
/// How often and when a failed activity or child workflow is tried again. The waiting is done by durable timers, so it survives restarts;
/// a sidecar may round the times.
/// </summary>
public class WorkflowRetryPolicy
{
    /// <summary>A policy.</summary>
    /// <param name="maxNumberOfAttempts">How often it is run at most, the first time included; at least 1.</param>
    /// <param name="firstRetryInterval">How long after the first failure; more than zero.</param>
    /// <param name="backoffCoefficient">By how much each interval is longer than the one before; at least 1. Default: 1.</param>
    /// <param name="maxRetryInterval">
    /// The longest interval. Default: null, no limit (the first interval must then be one hour at most).
    /// </param>
    /// <param name="retryTimeout">How long after the first attempt no further one is made. Default: null, no limit.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside of its range.</exception>
    public WorkflowRetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNumberOfAttempts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        if (!(backoffCoefficient >= 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(backoffCoefficient), backoffCoefficient, "The coefficient must be at least 1.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(maxRetryInterval ?? TimeSpan.FromHours(1), firstRetryInterval, nameof(maxRetryInterval));
        if (retryTimeout is { } timeout && timeout != Timeout.InfiniteTimeSpan && timeout < firstRetryInterval)
        {
            throw new ArgumentOutOfRangeException(nameof(retryTimeout), timeout, "The timeout must not be shorter than the first interval.");
        }

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval;
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
    }

    /// <summary>How often it is run at most, the first time included.</summary>
    public int MaxNumberOfAttempts { get; }

    /// <summary>How long after the first failure the second attempt begins.</summary>
    public TimeSpan FirstRetryInterval { get; }

    /// <summary>By how much each interval is longer than the one before. Default: 1.</summary>
    public double BackoffCoefficient { get; }

    /// <summary>The longest interval. Default: null, no limit.</summary>
    public TimeSpan? MaxRetryInterval { get; }

    /// <summary>How long after the first attempt no further one is made. Default: <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public TimeSpan RetryTimeout { get; }
}
