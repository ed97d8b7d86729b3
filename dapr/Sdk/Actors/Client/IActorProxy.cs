namespace Dapr.Actors.Client;

/// <summary>What every proxy, typed or not, knows of the actor that it stands for.</summary>
public interface IActorProxy
{
    /// <summary>The actor's id.</summary>
    ActorId ActorId { get; }

    /// <summary>The name of the actor's type.</summary>
    string ActorType { get; }
}
