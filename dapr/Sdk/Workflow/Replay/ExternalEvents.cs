using Dapr.Common.Serialization;
using Dapr.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>A wait for an event.</summary>
internal interface IEventWaiter
{
    /// <summary>Whether the wait is not over yet.</summary>
    bool IsOpen { get; }

    /// <summary>Whether any code waits for it.</summary>
    bool IsAwaited { get; }

    /// <summary>Ends the wait with an event; the code that waits runs on at once, inside of this call.</summary>
    void Deliver(EventRaisedEvent raised);

    /// <summary>Ends the wait without an event.</summary>
    void Cancel();
}

/// <summary>A wait for an event with a value.</summary>
internal sealed class EventWaiter<T>(IDaprSerializer serializer) : TaskCompletionSource<T>, IEventWaiter
{
    public bool IsOpen => !Task.IsCompleted;

    public bool IsAwaited => Continuations.IsAwaited(Task);

    public void Deliver(EventRaisedEvent raised) => Results.Set(this, serializer, raised.Input);

    public void Cancel() => TrySetCanceled();
}

/// <summary>
/// Events from outside and the waits for them, by name without regard to case. Each event goes to the oldest wait; without one it is
/// kept for the next.
/// </summary>
internal sealed class ExternalEvents
{
    private readonly Dictionary<string, Queue<IEventWaiter>> waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Queue<(int Order, HistoryEvent Event)>> kept = new(StringComparer.OrdinalIgnoreCase);
    private int arrivals;

    /// <summary>Whether code waits for any event.</summary>
    public bool AnyAwaited => waiters.Values.Any(queue => queue.Any(waiter => waiter.IsAwaited));

    /// <summary>The events that nobody has waited for, in the order in which they came.</summary>
    public IEnumerable<HistoryEvent> Unprocessed =>
        kept.Values.SelectMany(queue => queue).OrderBy(entry => entry.Order).Select(entry => entry.Event);

    /// <summary>An event has come.</summary>
    public void Raise(HistoryEvent entry)
    {
        var name = entry.EventRaised.Name;
        if (waiters.TryGetValue(name, out var queue))
        {
            while (queue.TryDequeue(out var waiter))
            {
                if (waiter.IsOpen)
                {
                    waiter.Deliver(entry.EventRaised);
                    return;
                }
            }
        }

        Of(kept, name).Enqueue((arrivals++, entry));
    }

    /// <summary>Waits for an event; one that is kept is delivered at once.</summary>
    public void Wait(string name, IEventWaiter waiter)
    {
        if (kept.TryGetValue(name, out var queue) && queue.TryDequeue(out var entry))
        {
            waiter.Deliver(entry.Event.EventRaised);
        }
        else
        {
            Of(waiters, name).Enqueue(waiter);
        }
    }

    private static Queue<T> Of<T>(Dictionary<string, Queue<T>> queues, string name)
    {
        if (!queues.TryGetValue(name, out var queue))
        {
            queues[name] = queue = new Queue<T>();
        }

        return queue;
    }
}
