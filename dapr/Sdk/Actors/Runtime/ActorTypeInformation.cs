using System.Reflection;
using Dapr.Actors.Contracts;

namespace Dapr.Actors.Runtime;

/// <summary>What the runtime knows about an actor class.</summary>
public sealed class ActorTypeInformation
{
    private ActorTypeInformation(string actorTypeName, Type implementationType, IReadOnlyList<Type> interfaceTypes)
    {
        ActorTypeName = actorTypeName;
        ImplementationType = implementationType;
        InterfaceTypes = interfaceTypes;
    }

    /// <summary>The type's name, by which proxies and sidecars know it.</summary>
    public string ActorTypeName { get; }

    /// <summary>The class.</summary>
    public Type ImplementationType { get; }

    /// <summary>The actor interfaces that the class implements.</summary>
    public IEnumerable<Type> InterfaceTypes { get; }

    /// <summary>Whether the class is abstract.</summary>
    public bool IsAbstract => ImplementationType.IsAbstract;

    /// <summary>Whether the class takes reminders.</summary>
    public bool IsRemindable => typeof(IRemindable).IsAssignableFrom(ImplementationType);

    /// <summary>What there is to know about a class.</summary>
    /// <param name="actorType">A class that derives from <see cref="Actor"/>.</param>
    /// <param name="actorTypeName">The type's name. Default for null or empty: that of <see cref="ActorAttribute"/>, else the class's.</param>
    /// <exception cref="ArgumentException">The class is no actor, or is not abstract and implements no actor interface.</exception>
    public static ActorTypeInformation Get(Type actorType, string? actorTypeName)
    {
        ArgumentNullException.ThrowIfNull(actorType);
        if (!actorType.IsSubclassOf(typeof(Actor)))
        {
            throw new ArgumentException($"{actorType} is no actor: it must derive from {typeof(Actor)}.", nameof(actorType));
        }

        Type[] interfaces = [.. ActorInterface.Among(actorType)
            .Where(candidate => candidate.GetInterfaces().All(parent => typeof(IActor).IsAssignableFrom(parent)))];
        if (interfaces.Length == 0 && !actorType.IsAbstract)
        {
            throw new ArgumentException(
                $"{actorType} implements no actor interface: it must implement an interface that derives from {typeof(IActor)} and from nothing else.",
                nameof(actorType));
        }

        return new ActorTypeInformation(NameOf(actorType, actorTypeName), actorType, interfaces);
    }

    private static string NameOf(Type actorType, string? given) =>
        !string.IsNullOrEmpty(given) ? given
        : actorType.GetCustomAttribute<ActorAttribute>()?.TypeName is { Length: > 0 } declared ? declared
        : actorType.Name;
}
