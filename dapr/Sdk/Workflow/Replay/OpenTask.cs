using System.Runtime.CompilerServices;
using Dapr.Common.Serialization;
using Dapr.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>Something durable that the code has asked for and that an event will end.</summary>
internal interface IOpenTask
{
    /// <summary>What it is.</summary>
    OpenTaskKind Kind { get; }

    /// <summary>Whether an event has ended it.</summary>
    bool IsResolved { get; }

    /// <summary>Whether any code waits for it.</summary>
    bool IsAwaited { get; }

    /// <summary>Ends it with what an event says; the code that waits runs on at once, inside of this call.</summary>
    void Resolve(HistoryEvent entry);
}

internal enum OpenTaskKind
{
    Activity,
    Child,
    Timer,
}

/// <summary>An activity that the code has called; its end may name its execution id instead of its id.</summary>
internal interface IOpenActivity : IOpenTask
{
    /// <summary>The id of this call, the same in every replay.</summary>
    string ExecutionId { get; }
}

/// <summary>The call of an activity.</summary>
/// <param name="executionId">Computes the execution id, for which there is seldom a need during replay.</param>
/// <param name="serializer">Reads the result.</param>
/// <param name="readsResult">Whether the caller wants the result.</param>
internal sealed class ActivityTask<T>(ActivityExecutionId executionId, IDaprSerializer serializer, bool readsResult)
    : TaskCompletionSource<T>, IOpenActivity
{
    private ActivityExecutionId executionId = executionId;

    public string ExecutionId => executionId.Value;

    public OpenTaskKind Kind => OpenTaskKind.Activity;

    public bool IsResolved => Task.IsCompleted;

    public bool IsAwaited => Continuations.IsAwaited(Task);

    public void Resolve(HistoryEvent entry)
    {
        if (entry.TaskFailed is { } failed)
        {
            var details = Failures.Read(failed.FailureDetails);
            TrySetException(new WorkflowTaskFailedException($"Task failed: {details.ErrorMessage}", details));
        }
        else
        {
            Results.Set(this, serializer, readsResult ? entry.TaskCompleted.Result : null);
        }
    }
}

/// <summary>The call of a child workflow.</summary>
internal sealed class ChildTask<T>(string name, IDaprSerializer serializer, bool readsResult) : TaskCompletionSource<T>, IOpenTask
{
    public OpenTaskKind Kind => OpenTaskKind.Child;

    public bool IsResolved => Task.IsCompleted;

    public bool IsAwaited => Continuations.IsAwaited(Task);

    public void Resolve(HistoryEvent entry)
    {
        if (entry.ChildWorkflowInstanceFailed is { } failed)
        {
            TrySetException(new WorkflowTaskFailedException($"Child workflow '{name}' failed", Failures.Read(failed.FailureDetails)));
        }
        else
        {
            Results.Set(this, serializer, readsResult ? entry.ChildWorkflowInstanceCompleted.Result : null);
        }
    }
}

/// <summary>A timer. Early ones count as on time: the clock moves on to when it was due.</summary>
internal sealed class TimerTask(DateTime fireAt, WorkflowClock clock) : TaskCompletionSource, IOpenTask
{
    public OpenTaskKind Kind => OpenTaskKind.Timer;

    public bool IsResolved { get; private set; }

    public bool IsAwaited => Continuations.IsAwaited(Task);

    public void Resolve(HistoryEvent entry)
    {
        IsResolved = true;
        clock.MoveTo(fireAt);
        TrySetResult();
    }
}

/// <summary>The timer that ends the wait for an event. The code waits for the event, never for this.</summary>
internal sealed class EventTimeout(IEventWaiter waiter, DateTime fireAt, WorkflowClock clock) : IOpenTask
{
    public OpenTaskKind Kind => OpenTaskKind.Timer;

    public bool IsResolved { get; private set; }

    public bool IsAwaited => false;

    public void Resolve(HistoryEvent entry)
    {
        IsResolved = true;
        clock.MoveTo(fireAt);
        waiter.Cancel();
    }
}

/// <summary>The execution id of an activity, computed when it is asked for.</summary>
internal struct ActivityExecutionId(DeterministicIds ids, int id, string name, string? recorded)
{
    private string? value = string.IsNullOrEmpty(recorded) ? null : recorded;

    public string Value => value ??= ids.TaskExecutionId(id, name);
}

internal static class Results
{
    /// <summary>Ends a task with a value, or with the reason why the text is none.</summary>
    public static void Set<T>(TaskCompletionSource<T> task, IDaprSerializer serializer, string? text)
    {
        T? value;
        try
        {
            value = serializer.Deserialize<T>(text);
        }
        catch (Exception unreadable)
        {
            task.TrySetException(unreadable);
            return;
        }

        task.TrySetResult(value!);
    }
}

internal static class Continuations
{
    /// <summary>
    /// Whether anything continues when the task ends. The runtime does not say so publicly; without it the await of a foreign task would
    /// be seen only when every durable task of the workflow has ended.
    /// </summary>
    public static bool IsAwaited(Task task) => !task.IsCompleted && Of(task) switch
    {
        null => false,
        // A WhenAny that another task has won leaves an empty list behind.
        List<object?> several => several.Exists(continuation => continuation is not null),
        _ => true,
    };

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_continuationObject")]
    private static extern ref object? Of(Task task);
}
