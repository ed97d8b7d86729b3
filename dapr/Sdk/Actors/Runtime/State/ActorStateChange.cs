namespace Dapr.Actors.Runtime;

/// <summary>One change of an actor's state, part of a turn's transaction.</summary>
public sealed class ActorStateChange
{
    /// <summary>A change.</summary>
    public ActorStateChange(string stateName, Type type, object? value, StateChangeKind changeKind, DateTimeOffset? ttlExpireTime)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        StateName = stateName;
        Type = type;
        Value = value!;
        ChangeKind = changeKind;
        TTLExpireTime = ttlExpireTime;
    }

    /// <summary>The value's name.</summary>
    public string StateName { get; }

    /// <summary>The type that the value is written as.</summary>
    public Type Type { get; }

    /// <summary>The new value; null when it is removed.</summary>
    public object Value { get; }

    /// <summary>What has happened to it.</summary>
    public StateChangeKind ChangeKind { get; }

    /// <summary>When it expires. Null: never.</summary>
    public DateTimeOffset? TTLExpireTime { get; }
}
