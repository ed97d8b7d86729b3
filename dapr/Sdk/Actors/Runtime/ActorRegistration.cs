namespace Dapr.Actors.Runtime;

/// <summary>An actor type that this app hosts.</summary>
public sealed class ActorRegistration
{
    /// <summary>A registration with the options of the runtime.</summary>
    public ActorRegistration(ActorTypeInformation type)
        : this(type, options: null)
    {
    }

    /// <summary>A registration with options of its own, which the sidecar reads from the app's configuration.</summary>
    public ActorRegistration(ActorTypeInformation type, ActorRuntimeOptions? options)
    {
        Type = type;
        TypeOptions = options!;
    }

    /// <summary>What is known about the class.</summary>
    public ActorTypeInformation Type { get; }

    /// <summary>What makes its instances. Default: null, dependency injection.</summary>
    public ActorActivator? Activator { get; set; }

    /// <summary>The type's own options; null when it has none.</summary>
    public ActorRuntimeOptions TypeOptions { get; }
}
