using Dapr.Actors.Runtime.Timers;

namespace Dapr.Actors.Runtime;

/// <summary>
/// A reminder as it is registered. Every constructor throws <see cref="ArgumentOutOfRangeException"/> for a due time below zero, a period
/// below -1 ms, a time to live below the due time, and repetitions below one.
/// </summary>
public class ActorReminder : ActorReminderToken, IActorReminder
{
    /// <summary>A reminder that fires until it is unregistered.</summary>
    public ActorReminder(string actorType, ActorId actorId, string name, byte[]? state, TimeSpan dueTime, TimeSpan period)
        : this(actorType, actorId, name, state, dueTime, period, repetitions: null, ttl: null)
    {
    }

    /// <summary>A reminder that ends.</summary>
    public ActorReminder(string actorType, ActorId actorId, string name, byte[]? state, TimeSpan dueTime, TimeSpan period, TimeSpan ttl)
        : this(actorType, actorId, name, state, dueTime, period, repetitions: null, ttl)
    {
    }

    /// <summary>A reminder that fires a number of times.</summary>
    public ActorReminder(string actorType, ActorId actorId, string name, byte[]? state, TimeSpan dueTime, TimeSpan period, int? repetitions)
        : this(actorType, actorId, name, state, dueTime, period, repetitions, ttl: null)
    {
    }

    /// <summary>A reminder that fires a number of times and ends, whichever comes first.</summary>
    public ActorReminder(
        string actorType, ActorId actorId, string name, byte[]? state, TimeSpan dueTime, TimeSpan period, int? repetitions, TimeSpan? ttl)
        : base(actorType, actorId, name)
    {
        TimerRanges.Check(dueTime, period, ttl);
        if (repetitions is <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(repetitions), repetitions, "A reminder fires at least once.");
        }

        State = state!;
        DueTime = dueTime;
        Period = period;
        Repetitions = repetitions;
        Ttl = ttl;
    }

    /// <inheritdoc />
    public byte[] State { get; }

    /// <inheritdoc />
    public TimeSpan DueTime { get; }

    /// <inheritdoc />
    public TimeSpan Period { get; }

    /// <summary>When it ends, from registration. Default: null, never.</summary>
    public TimeSpan? Ttl { get; }

    /// <summary>How often it fires. Default: null, without limit.</summary>
    public int? Repetitions { get; }
}
