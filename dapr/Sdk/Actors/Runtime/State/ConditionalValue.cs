namespace Dapr.Actors.Runtime;

/// <summary>A value that may not be there.</summary>
#pragma warning disable CA1815 // Official type: it compares by value well enough.
public struct ConditionalValue<TValue>
#pragma warning restore CA1815
{
    /// <summary>A value, or none.</summary>
    public ConditionalValue(bool hasValue, TValue value)
    {
        HasValue = hasValue;
        Value = value;
    }

    /// <summary>Whether there is a value.</summary>
    public bool HasValue { get; }

    /// <summary>The value; the default when there is none.</summary>
    public TValue Value { get; }
}
