using System.Collections.Concurrent;
using System.Reflection;

namespace Dapr.Actors.Contracts;

/// <summary>An actor interface, checked against the rules of <see cref="IActor"/>: its number and its own methods.</summary>
internal sealed class ActorInterface
{
    private static readonly ConcurrentDictionary<Type, ActorInterface> Known = new();

    private ActorInterface(Type type)
    {
        Check(type);
        Id = RemotingId.Of(type);
        Methods = [.. type.GetMethods().Select(method => new ActorMethod(method, Id))];
    }

    public int Id { get; }

    /// <summary>The methods that it declares itself; those of its base interfaces are numbered with these.</summary>
    public IReadOnlyList<ActorMethod> Methods { get; }

    /// <summary>The description of an interface, made once.</summary>
    /// <exception cref="ArgumentException">The interface breaks a rule.</exception>
    public static ActorInterface Of(Type type) => Known.GetOrAdd(type, static type => new ActorInterface(type));

    /// <summary>The interfaces of a type that actors may be called by: all that derive from IActor, but for IActor itself.</summary>
    public static IEnumerable<Type> Among(Type type) => (type.IsInterface ? type.GetInterfaces().Prepend(type) : type.GetInterfaces())
        .Where(candidate => candidate != typeof(IActor) && typeof(IActor).IsAssignableFrom(candidate));

    private static void Check(Type type)
    {
        if (!type.IsInterface || !typeof(IActor).IsAssignableFrom(type))
        {
            throw new ArgumentException($"{type} is no actor interface: it must be an interface that derives from {typeof(IActor)}.", nameof(type));
        }

        if (type.GetInterfaces().FirstOrDefault(parent => !typeof(IActor).IsAssignableFrom(parent)) is { } stranger)
        {
            throw new ArgumentException($"{type} is no actor interface: it derives from {stranger}, which does not derive from {typeof(IActor)}.", nameof(type));
        }

        if (type.IsGenericType)
        {
            throw new ArgumentException($"The actor interface {type} is generic; make one interface for each type argument.", nameof(type));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var method in type.GetMethods())
        {
            if (Fault(method, names) is { } fault)
            {
                throw new ArgumentException($"The method {method.Name} of the actor interface {type} {fault}.", nameof(type));
            }
        }
    }

    private static string? Fault(MethodInfo method, HashSet<string> names)
    {
        var parameters = method.GetParameters();
        return !names.Add(method.Name) ? "is overloaded: methods are called by name, so give each its own"
            : method.IsGenericMethod ? "is generic: the other side could not know the type"
            : method.CallingConvention.HasFlag(CallingConventions.VarArgs) ? "takes a variable number of arguments"
            : method.ReturnType != typeof(Task) && !IsTaskOfValue(method.ReturnType) ? "returns neither Task nor Task<T>: a call crosses the network"
            : parameters.Any(parameter => parameter.ParameterType.IsByRef) ? "has a ref, in or out parameter: arguments travel one way"
            : parameters.SkipLast(1).Any(parameter => parameter.ParameterType == typeof(CancellationToken)) ? "takes a CancellationToken that is not its last parameter"
            : null;
    }

    private static bool IsTaskOfValue(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>);
}
