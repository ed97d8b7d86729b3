namespace Dapr.Actors.Runtime.State;

/// <summary>A value in the cache, and what happened to it since it was saved.</summary>
internal sealed class TrackedState(object? value, Type type, StateChangeKind kind, DateTimeOffset? expires)
{
    public object? Value { get; private set; } = value;

    /// <summary>The type that it is written as: the one that it was last set with.</summary>
    public Type Type { get; private set; } = type;

    public StateChangeKind Kind { get; private set; } = kind;

    public DateTimeOffset? Expires { get; private set; } = expires;

    public bool IsExpired(DateTimeOffset now) => Expires <= now;

    /// <summary>Another value with another expiry; a value that is new stays new.</summary>
    public void Set<T>(T value, DateTimeOffset? expires)
    {
        Update(value);
        Expires = expires;
    }

    /// <summary>Another value with the expiry that there is.</summary>
    public void Update<T>(T value)
    {
        Value = value;
        Type = typeof(T);
        Kind = Kind == StateChangeKind.Add ? StateChangeKind.Add : StateChangeKind.Update;
    }

    public void Remove() => Kind = StateChangeKind.Remove;

    public void MarkSaved() => Kind = StateChangeKind.None;
}
