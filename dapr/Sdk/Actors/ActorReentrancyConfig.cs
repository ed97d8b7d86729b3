namespace Dapr.Actors;

/// <summary>Whether a chain of calls may come back to an actor that is waiting in it.</summary>
public sealed class ActorReentrancyConfig
{
    /// <summary>Whether re-entrance is allowed. Default: false.</summary>
    public bool Enabled { get; set; }

    /// <summary>How many calls may be on an actor at once. Default: null, which leaves it to the sidecar (32).</summary>
    public int? MaxStackDepth { get; set; }
}
