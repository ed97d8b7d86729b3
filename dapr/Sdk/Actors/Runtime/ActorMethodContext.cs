namespace Dapr.Actors.Runtime;

/// <summary>Why an actor is called.</summary>
public enum ActorCallType
{
    /// <summary>Someone called a method of an actor interface.</summary>
    ActorInterfaceMethod = 0,

    /// <summary>A timer is due.</summary>
    TimerMethod = 1,

    /// <summary>A reminder is due.</summary>
    ReminderMethod = 2,
}

/// <summary>The call that an actor is about to serve or has served.</summary>
#pragma warning disable CA1815 // Official type: it compares by value well enough.
public struct ActorMethodContext
#pragma warning restore CA1815
{
    private ActorMethodContext(string methodName, ActorCallType callType)
    {
        MethodName = methodName;
        CallType = callType;
    }

    /// <summary>The method's name; <c>ReceiveReminderAsync</c> for a reminder, <c>FireTimerAsync</c> for a timer.</summary>
    public string MethodName { get; }

    /// <summary>Why the actor is called.</summary>
    public ActorCallType CallType { get; }

    internal static ActorMethodContext ForReminder { get; } = new("ReceiveReminderAsync", ActorCallType.ReminderMethod);

    internal static ActorMethodContext ForTimer { get; } = new("FireTimerAsync", ActorCallType.TimerMethod);

    internal static ActorMethodContext ForMethod(string methodName) => new(methodName, ActorCallType.ActorInterfaceMethod);
}
