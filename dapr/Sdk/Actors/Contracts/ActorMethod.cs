using System.Linq.Expressions;
using System.Reflection;

namespace Dapr.Actors.Contracts;

/// <summary>A method of an actor interface: its numbers, what it takes, and how to call it without reflection.</summary>
internal sealed class ActorMethod
{
    public ActorMethod(MethodInfo method, int interfaceId)
    {
        Name = method.Name;
        Owner = method.DeclaringType!;
        Id = RemotingId.Of(method);
        InterfaceId = interfaceId;
        var parameters = method.GetParameters();
        TakesCancellation = parameters.Length > 0 && parameters[^1].ParameterType == typeof(CancellationToken);
        Parameters = TakesCancellation ? parameters[..^1] : parameters;
        Result = MethodResult.Of(method.ReturnType);
        Call = Compile(method, parameters);
    }

    public string Name { get; }

    public Type Owner { get; }

    public int Id { get; }

    public int InterfaceId { get; }

    /// <summary>What is sent: all parameters but the cancellation token.</summary>
    public IReadOnlyList<ParameterInfo> Parameters { get; }

    /// <summary>Whether the last parameter is a cancellation token, which is not sent.</summary>
    public bool TakesCancellation { get; }

    public MethodResult Result { get; }

    /// <summary>Calls the method on an actor; the arguments are all of its parameters, the token included.</summary>
    public Func<object, object?[], Task> Call { get; }

    /// <summary>All arguments, with the token at its place.</summary>
    public object?[] WithToken(object?[] sent, CancellationToken cancellationToken) => TakesCancellation ? [.. sent, cancellationToken] : sent;

    private static Func<object, object?[], Task> Compile(MethodInfo method, ParameterInfo[] parameters)
    {
        var target = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(object?[]));
        var values = parameters.Select((parameter, i) => Unpack(Expression.ArrayIndex(arguments, Expression.Constant(i)), parameter.ParameterType));
        var call = Expression.Call(Expression.Convert(target, method.DeclaringType!), method, values);
        return Expression.Lambda<Func<object, object?[], Task>>(Expression.Convert(call, typeof(Task)), target, arguments).Compile();
    }

    /// <summary>A null where a value type is wanted is its default: the caller left the argument out.</summary>
    private static Expression Unpack(Expression value, Type type) => type.IsValueType
        ? Expression.Condition(Expression.Equal(value, Expression.Constant(null)), Expression.Default(type), Expression.Unbox(value, type))
        : Expression.Convert(value, type);
}
