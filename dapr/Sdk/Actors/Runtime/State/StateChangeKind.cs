namespace Dapr.Actors.Runtime;

/// <summary>What has happened to a value since it was saved.</summary>
public enum StateChangeKind
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It is new.</summary>
    Add = 1,

    /// <summary>It has another value.</summary>
    Update = 2,

    /// <summary>It was removed.</summary>
    Remove = 3,
}
