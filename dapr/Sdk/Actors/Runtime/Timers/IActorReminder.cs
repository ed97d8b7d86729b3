namespace Dapr.Actors.Runtime;

/// <summary>A reminder: it survives deactivation and restarts, and activates its actor.</summary>
public interface IActorReminder
{
    /// <summary>The name, unique for its actor.</summary>
    string Name { get; }

    /// <summary>How long after registration it fires first.</summary>
    TimeSpan DueTime { get; }

    /// <summary>The time between two firings; -1 ms when it fires once.</summary>
    TimeSpan Period { get; }

    /// <summary>The bytes that it carries.</summary>
    byte[] State { get; }
}
