using Dapr.Protocol;
using Google.Protobuf.WellKnownTypes;

namespace Dapr.Workflow.Replay;

/// <summary>Timers and waits for events, and the end of a generation.</summary>
internal sealed partial class ReplayContext
{
    // A wait without limit takes an id too, for a timer that never fires; in histories that are older than this rule it is missing.
    private static readonly Timestamp NeverFires = new() { Seconds = 253402300799, Nanos = 999999999 };

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) =>
        CreateTimer(fireAt, new CreateTimerAction { CreateTimer = new TimerOriginCreateTimer() }, cancellationToken);

    public override Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        CheckThread();
        (lastCall, lastName, lastId) = ("the wait for event", eventName, turn.NextId);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        var waiter = new EventWaiter<T>(turn.Serializer);
        turn.Events.Wait(eventName, waiter);
        if (waiter.IsOpen && cancellationToken.CanBeCanceled)
        {
            cancellationToken.UnsafeRegister(_ => CancelOnThread(() => waiter.TrySetCanceled(cancellationToken)), null);
        }

        return waiter.Task;
    }

    public override Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        CheckThread();
        if (timeout == TimeSpan.Zero)
        {
            return Task.FromCanceled<T>(new CancellationToken(canceled: true));
        }

        var waiter = new EventWaiter<T>(turn.Serializer);
        var action = new CreateTimerAction { ExternalEvent = new TimerOriginExternalEvent { Name = eventName } };
        if (timeout < TimeSpan.Zero)
        {
            action.FireAt = NeverFires;
            if (turn.Recorded.Find(turn.NextId) is not { } position || turn.History[position].TimerCreated?.FireAt?.Seconds == NeverFires.Seconds)
            {
                StartTimer(action, new EventTimeout(waiter, DateTime.MaxValue, turn.Clock));
            }
        }
        else
        {
            var fireAt = CurrentUtcDateTime + timeout;
            action.FireAt = Timestamp.FromDateTime(fireAt);
            StartTimer(action, new EventTimeout(waiter, fireAt, turn.Clock));
        }

        if (turn.Divergence is null)
        {
            turn.Events.Wait(eventName, waiter);
        }

        return waiter.Task;
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        var action = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.ContinuedAsNew, Result = Text(newInput) };
        turn.Actions.Add(new WorkflowAction { Id = TakeId("continuing as", "new"), CompleteWorkflow = action });
        turn.Continuations.Add((action, preserveUnprocessedEvents));
    }

    private Task CreateTimer(DateTime fireAt, CreateTimerAction action, CancellationToken cancellationToken)
    {
        if (fireAt.Kind != DateTimeKind.Utc)
        {
            throw new ArgumentException(
                $"The time of a timer must be UTC, its kind is {fireAt.Kind}: compute it from CurrentUtcDateTime or use DateTime.SpecifyKind.",
                nameof(fireAt));
        }

        action.FireAt = Timestamp.FromDateTime(fireAt);
        var timer = new TimerTask(fireAt, turn.Clock);
        StartTimer(action, timer);
        if (cancellationToken.CanBeCanceled && !timer.Task.IsCompleted)
        {
            cancellationToken.UnsafeRegister(_ => CancelOnThread(() => timer.TrySetCanceled(cancellationToken)), null);
        }

        return timer.Task;
    }

    private void StartTimer(CreateTimerAction action, IOpenTask timer)
    {
        var id = TakeId("timer", action.ExternalEvent?.Name ?? "");
        if (turn.Recorded.Find(id) is not { } position)
        {
            turn.Actions.Add(new WorkflowAction { Id = id, CreateTimer = action });
        }
        else if (!IsSameTimer(turn.History[position].TimerCreated, action))
        {
            turn.Diverge(position, action.ExternalEvent is { } wait ? $"timer of the wait for event '{wait.Name}'" : "timer");
            return;
        }
        else
        {
            turn.Recorded.Claim(position);
        }

        turn.Tasks.Add(id, timer);
    }

    // A timer that says what it is for must be for the same; sidecars and SDKs before origins say nothing.
    private static bool IsSameTimer(TimerCreatedEvent? recorded, CreateTimerAction action) =>
        recorded is not null
        && (recorded.OriginCase == TimerCreatedEvent.OriginOneofCase.None
            || ((recorded.ExternalEvent is null) == (action.ExternalEvent is null)
                && string.Equals(recorded.ExternalEvent?.Name, action.ExternalEvent?.Name, StringComparison.OrdinalIgnoreCase)));

    // A token that is cancelled from elsewhere, by a clock for instance, would run the code that waits elsewhere too.
    private void CancelOnThread(Action cancel)
    {
        if (turn.Thread.Check())
        {
            cancel();
        }
    }
}
