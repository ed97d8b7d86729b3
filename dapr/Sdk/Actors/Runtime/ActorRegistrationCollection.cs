using System.Collections.ObjectModel;

namespace Dapr.Actors.Runtime;

/// <summary>The actor types that this app hosts.</summary>
public sealed class ActorRegistrationCollection : KeyedCollection<ActorTypeInformation, ActorRegistration>
{
    /// <summary>Hosts a class under the name of its attribute, else its own.</summary>
    /// <exception cref="ArgumentException">The class implements no actor interface.</exception>
    public void RegisterActor<TActor>(Action<ActorRegistration>? configure = null)
        where TActor : Actor => Register(typeof(TActor), actorTypeName: null, typeOptions: null, configure);

    /// <summary>Hosts a class with options of its own.</summary>
    public void RegisterActor<TActor>(ActorRuntimeOptions typeOptions, Action<ActorRegistration>? configure = null)
        where TActor : Actor => Register(typeof(TActor), actorTypeName: null, typeOptions, configure);

    /// <summary>Hosts a class under a name; one class may be hosted under several.</summary>
    public void RegisterActor<TActor>(string actorTypeName, Action<ActorRegistration>? configure = null)
        where TActor : Actor => Register(typeof(TActor), actorTypeName, typeOptions: null, configure);

    /// <summary>Hosts a class under a name, with options of its own.</summary>
    public void RegisterActor<TActor>(string actorTypeName, ActorRuntimeOptions typeOptions, Action<ActorRegistration>? configure = null)
        where TActor : Actor => Register(typeof(TActor), actorTypeName, typeOptions, configure);

    /// <inheritdoc />
    protected override ActorTypeInformation GetKeyForItem(ActorRegistration item) => item.Type;

    private void Register(Type type, string? actorTypeName, ActorRuntimeOptions? typeOptions, Action<ActorRegistration>? configure)
    {
        var registration = new ActorRegistration(ActorTypeInformation.Get(type, actorTypeName), typeOptions);
        configure?.Invoke(registration);
        Add(registration);
    }
}
