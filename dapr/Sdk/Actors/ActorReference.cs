using System.Runtime.Serialization;
using Dapr.Actors.Client;

namespace Dapr.Actors;

/// <summary>An actor's address, to be passed between actors and stored: its type and id.</summary>
[DataContract(Name = "ActorReference", Namespace = "urn:actors")]
public sealed class ActorReference
{
    /// <summary>The actor's id.</summary>
    [DataMember(Name = "ActorId", Order = 0, IsRequired = true)]
    public ActorId ActorId { get; set; } = null!;

    /// <summary>The name of the actor's type.</summary>
    [DataMember(Name = "ActorType", Order = 0, IsRequired = true)]
    public string ActorType { get; set; } = null!;

    /// <summary>The reference of a proxy or of an actor; null for null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The object is neither a proxy nor an actor.</exception>
    public static ActorReference Get(object actor) => actor switch
    {
        null => null!,
        IActorProxy proxy => new ActorReference { ActorId = proxy.ActorId, ActorType = proxy.ActorType },
        Runtime.Actor self => new ActorReference { ActorId = self.Id, ActorType = self.Host.ActorTypeInfo.ActorTypeName },
        _ => throw new ArgumentOutOfRangeException(nameof(actor), $"{actor.GetType()} is neither a proxy of an actor nor an actor."),
    };

    /// <summary>A typed proxy of the actor, made by <see cref="ActorProxy.DefaultProxyFactory"/>.</summary>
    public object Bind(Type actorInterfaceType) => ActorProxy.DefaultProxyFactory.CreateActorProxy(ActorId, actorInterfaceType, ActorType);
}
