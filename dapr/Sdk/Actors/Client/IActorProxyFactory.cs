namespace Dapr.Actors.Client;

/// <summary>Makes proxies of actors. Making one calls nothing and costs little.</summary>
public interface IActorProxyFactory
{
    /// <summary>A typed proxy.</summary>
    /// <param name="actorId">The actor's id.</param>
    /// <param name="actorType">The name of the actor's type, as its host registers it.</param>
    /// <param name="options">How to call. Default: the factory's options.</param>
    /// <exception cref="InvalidOperationException">The options do not set <see cref="ActorProxyOptions.UseJsonSerialization"/>.</exception>
    /// <exception cref="ArgumentException">The interface breaks a rule of <see cref="IActor"/>.</exception>
    TActorInterface CreateActorProxy<TActorInterface>(ActorId actorId, string actorType, ActorProxyOptions? options = null)
        where TActorInterface : IActor;

    /// <summary>A typed proxy of an interface that is known at run time.</summary>
    /// <param name="actorId">The actor's id.</param>
    /// <param name="actorInterfaceType">An interface that derives from <see cref="IActor"/>.</param>
    /// <param name="actorType">The name of the actor's type, as its host registers it.</param>
    /// <param name="options">How to call. Default: the factory's options.</param>
    object CreateActorProxy(ActorId actorId, Type actorInterfaceType, string actorType, ActorProxyOptions? options = null);

    /// <summary>A weakly typed proxy: methods by name, JSON in and out, any language on the other side.</summary>
    /// <param name="actorId">The actor's id.</param>
    /// <param name="actorType">The name of the actor's type, as its host registers it.</param>
    /// <param name="options">How to call. Default: the factory's options.</param>
    ActorProxy Create(ActorId actorId, string actorType, ActorProxyOptions? options = null);
}
