namespace Dapr.Actors.Runtime;

/// <summary>Makes the activator of an actor type that was registered without one.</summary>
public abstract class ActorActivatorFactory
{
    /// <summary>The activator of a type.</summary>
    public abstract ActorActivator CreateActivator(ActorTypeInformation type);
}
