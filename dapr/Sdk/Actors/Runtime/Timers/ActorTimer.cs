using Dapr.Actors.Runtime.Timers;

namespace Dapr.Actors.Runtime;

/// <summary>
/// A timer as it is registered: it ends with its actor's activation. The constructors throw <see cref="ArgumentOutOfRangeException"/> for a
/// due time below zero, a period below -1 ms and a time to live below the due time.
/// </summary>
public class ActorTimer : ActorTimerToken
{
    /// <summary>A timer that fires until it is unregistered or its actor is deactivated.</summary>
    public ActorTimer(string actorType, ActorId actorId, string name, string timerCallback, byte[]? data, TimeSpan dueTime, TimeSpan period)
        : this(actorType, actorId, name, timerCallback, data, dueTime, period, (TimeSpan?)null)
    {
    }

    /// <summary>A timer that ends.</summary>
    public ActorTimer(string actorType, ActorId actorId, string name, string timerCallback, byte[]? data, TimeSpan dueTime, TimeSpan period, TimeSpan ttl)
        : this(actorType, actorId, name, timerCallback, data, dueTime, period, (TimeSpan?)ttl)
    {
    }

    private ActorTimer(string actorType, ActorId actorId, string name, string timerCallback, byte[]? data, TimeSpan dueTime, TimeSpan period, TimeSpan? ttl)
        : base(actorType, actorId, name)
    {
        TimerRanges.Check(dueTime, period, ttl);
        TimerCallback = timerCallback;
        Data = data!;
        DueTime = dueTime;
        Period = period;
        Ttl = ttl;
    }

    /// <summary>The actor's method that it calls.</summary>
    public string TimerCallback { get; }

    /// <summary>The bytes that the method gets; null when there are none.</summary>
    public byte[] Data { get; }

    /// <summary>How long after registration it fires first.</summary>
    public TimeSpan DueTime { get; }

    /// <summary>The time between two firings; -1 ms when it fires once.</summary>
    public TimeSpan Period { get; }

    /// <summary>When it ends, from registration. Default: null, with its actor's activation.</summary>
    public TimeSpan? Ttl { get; }
}
