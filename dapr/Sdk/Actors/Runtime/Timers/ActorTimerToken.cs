namespace Dapr.Actors.Runtime;

/// <summary>Which timer of which actor.</summary>
public class ActorTimerToken
{
    /// <summary>A token.</summary>
    public ActorTimerToken(string actorType, ActorId actorId, string name)
    {
        ArgumentNullException.ThrowIfNull(actorType);
        ArgumentNullException.ThrowIfNull(actorId);
        ArgumentNullException.ThrowIfNull(name);
        ActorType = actorType;
        ActorId = actorId;
        Name = name;
    }

    /// <summary>The actor's type.</summary>
    public string ActorType { get; }

    /// <summary>The actor's id.</summary>
    public ActorId ActorId { get; }

    /// <summary>The timer's name.</summary>
    public string Name { get; }
}
