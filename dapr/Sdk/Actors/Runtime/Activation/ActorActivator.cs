namespace Dapr.Actors.Runtime;

/// <summary>Makes and ends the instances of an actor type.</summary>
public abstract class ActorActivator
{
    /// <summary>Makes an instance. It is not yet activated.</summary>
    public abstract Task<ActorActivatorState> CreateAsync(ActorHost host);

    /// <summary>Ends an instance and what was made with it.</summary>
    public abstract Task DeleteAsync(ActorActivatorState state);
}
