namespace Dapr.Actors.Runtime;

/// <summary>An instance and what its activator needs in order to end it.</summary>
public class ActorActivatorState
{
    /// <summary>The state of an instance.</summary>
    public ActorActivatorState(Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        Actor = actor;
    }

    /// <summary>The instance.</summary>
    public Actor Actor { get; }
}
