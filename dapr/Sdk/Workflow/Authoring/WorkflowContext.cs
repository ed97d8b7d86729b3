using Microsoft.Extensions.Logging;

namespace Dapr.Workflow;

/// <summary>Everything that a workflow's code may do. Its tasks are the only ones that the code may await.</summary>
public abstract class WorkflowContext : IWorkflowContext
{
    /// <summary>The name of the workflow.</summary>
    public abstract string Name { get; }

    /// <summary>The id of the instance.</summary>
    public abstract string InstanceId { get; }

    /// <inheritdoc/>
    public abstract DateTime CurrentUtcDateTime { get; }

    /// <inheritdoc/>
    public abstract bool IsReplaying { get; }

    /// <inheritdoc/>
    public abstract bool IsPatched(string patchName);

    /// <summary>Runs an activity and waits for its end.</summary>
    /// <exception cref="WorkflowTaskFailedException">The activity failed, also after the attempts of the retry policy.</exception>
    public virtual Task CallActivityAsync(string name, object? input = null, WorkflowTaskOptions? options = null) =>
        CallActivityAsync<object>(name, input, options);

    /// <summary>Runs an activity and waits for its result.</summary>
    /// <exception cref="WorkflowTaskFailedException">The activity failed, also after the attempts of the retry policy.</exception>
    public abstract Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null);

    /// <summary>Waits, durably.</summary>
    /// <param name="delay">How long from <see cref="CurrentUtcDateTime"/> on.</param>
    /// <param name="cancellationToken">Ends the waiting; the timer itself still fires, without effect.</param>
    public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken = default) =>
        CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);

    /// <summary>Waits, durably, until a time.</summary>
    /// <param name="fireAt">The time; its kind must be UTC.</param>
    /// <param name="cancellationToken">Ends the waiting; the timer itself still fires, without effect.</param>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>Waits for an event from outside. Events that came before are delivered first, in their order, one to each wait.</summary>
    /// <param name="eventName">The event's name; case does not matter.</param>
    /// <param name="cancellationToken">Ends the waiting; the event then goes to the next wait.</param>
    public abstract Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default);

    /// <summary>Waits for an event from outside for a limited time.</summary>
    /// <param name="eventName">The event's name; case does not matter.</param>
    /// <param name="timeout">How long. Zero ends at once; a negative time is no limit.</param>
    /// <exception cref="TaskCanceledException">The time is over.</exception>
    public virtual async Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout)
    {
        if (timeout < TimeSpan.Zero)
        {
            return await WaitForExternalEventAsync<T>(eventName, CancellationToken.None).ConfigureAwait(false);
        }

        if (timeout == TimeSpan.Zero)
        {
            throw new TaskCanceledException($"The time to wait for the event '{eventName}' is zero.");
        }

        using var timerCancellation = new CancellationTokenSource();
        using var eventCancellation = new CancellationTokenSource();
        var timer = CreateTimer(timeout, timerCancellation.Token);
        var received = WaitForExternalEventAsync<T>(eventName, eventCancellation.Token);
        var loser = await Task.WhenAny(timer, received).ConfigureAwait(false) == received ? timerCancellation : eventCancellation;
        loser.Cancel();
        return await received.ConfigureAwait(false);
    }

    /// <summary>Sends an event to another workflow.</summary>
    public abstract void SendEvent(string instanceId, string eventName, object payload);

    /// <summary>Sets what the instance's state shows as its custom status. Null shows none.</summary>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Runs another workflow and waits for its result.</summary>
    /// <exception cref="WorkflowTaskFailedException">The child failed or was terminated, also after the attempts of the retry policy.</exception>
    public abstract Task<TResult> CallChildWorkflowAsync<TResult>(
        string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null);

    /// <summary>Runs another workflow and waits for its end.</summary>
    /// <exception cref="WorkflowTaskFailedException">The child failed or was terminated, also after the attempts of the retry policy.</exception>
    public virtual Task CallChildWorkflowAsync(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null) =>
        CallChildWorkflowAsync<object>(workflowName, input, options);

    /// <summary>A logger that is silent during replay.</summary>
    public abstract ILogger CreateReplaySafeLogger(string categoryName);

    /// <summary>A logger that is silent during replay.</summary>
    public abstract ILogger CreateReplaySafeLogger(Type type);

    /// <summary>A logger that is silent during replay.</summary>
    public abstract ILogger CreateReplaySafeLogger<T>();

    /// <summary>Ends this generation and starts the next with a new input and an empty history. The code's own result is not used.</summary>
    /// <param name="newInput">The input of the next generation.</param>
    /// <param name="preserveUnprocessedEvents">Whether events that nobody has waited for yet go along. Default: true.</param>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>An id that is the same in every replay.</summary>
    public abstract Guid NewGuid();

    /// <summary>What the caller of this workflow shows of its history. Null when it shows nothing.</summary>
    public abstract PropagatedHistory? GetPropagatedHistory();
}
