using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;

namespace Dapr.Actors.Contracts;

/// <summary>All methods that a proxy of an interface answers, those of its base interfaces included.</summary>
internal sealed class ProxyMethods
{
    private static readonly ConcurrentDictionary<Type, ProxyMethods> Known = new();

    private readonly FrozenDictionary<MethodInfo, ActorMethod> _methods;

    private ProxyMethods(Type interfaceType)
    {
        ActorInterface.Of(interfaceType);
        _methods = ActorInterface.Among(interfaceType)
            .SelectMany(type => type.GetMethods().Zip(ActorInterface.Of(type).Methods))
            .ToFrozenDictionary(pair => pair.First, pair => pair.Second);
    }

    public static ProxyMethods Of(Type interfaceType) => Known.GetOrAdd(interfaceType, static type => new ProxyMethods(type));

    public ActorMethod Of(MethodInfo method) => _methods[method];
}
