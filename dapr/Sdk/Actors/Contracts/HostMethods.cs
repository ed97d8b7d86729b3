using System.Collections.Frozen;

namespace Dapr.Actors.Contracts;

/// <summary>All methods that a host answers for an actor class: by number for typed proxies, by name for everyone else.</summary>
internal sealed class HostMethods
{
    private readonly FrozenDictionary<(int InterfaceId, int MethodId), ActorMethod> _byId;
    private readonly FrozenDictionary<string, ActorMethod> _byName;

    public HostMethods(IEnumerable<Type> interfaces)
    {
        var methods = interfaces.SelectMany(type => ActorInterface.Of(type).Methods).ToArray();
        _byId = methods.ToFrozenDictionary(method => (method.InterfaceId, method.Id));
        _byName = methods.DistinctBy(method => method.Name, StringComparer.Ordinal).ToFrozenDictionary(method => method.Name, StringComparer.Ordinal);
    }

    public ActorMethod ById(int interfaceId, int methodId) => _byId.TryGetValue((interfaceId, methodId), out var method)
        ? method
        : throw new KeyNotFoundException(
            $"No method has the number {methodId} in an interface with the number {interfaceId}: caller and actor were built with different interfaces.");

    public ActorMethod ByName(string name) => _byName.TryGetValue(name, out var method)
        ? method
        : throw new MissingMethodException($"The actor has no method {name} in its actor interfaces: {string.Join(", ", _byName.Keys.Order(StringComparer.Ordinal))}.");
}
