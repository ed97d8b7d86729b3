using System.Collections.Concurrent;
using System.Reflection;

namespace Dapr.Actors.Runtime.Timers;

/// <summary>The method of an actor class that a timer calls.</summary>
internal sealed class TimerMethod
{
    private static readonly ConcurrentDictionary<(Type Type, string Name), TimerMethod> Known = new();

    private readonly MethodInvoker _invoker;
    private readonly bool _takesData;

    private TimerMethod(Type type, string name)
    {
        var method = Find(type, name);
        _takesData = method.GetParameters().Length == 1;
        _invoker = MethodInvoker.Create(method);
    }

    /// <exception cref="ArgumentException">The method is not there or breaks a rule.</exception>
    public static TimerMethod Of(Type type, string name) => Known.GetOrAdd((type, name), static key => new TimerMethod(key.Type, key.Name));

    public Task CallAsync(Actor actor, byte[] data) => (Task)(_takesData ? _invoker.Invoke(actor, data) : _invoker.Invoke(actor))!;

    private static MethodInfo Find(Type type, string name)
    {
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var methods = type.GetMethods(Any).Where(method => method.Name == name).ToArray();
        for (var parent = type.BaseType; methods.Length == 0 && parent is not null; parent = parent.BaseType)
        {
            methods = [.. parent.GetMethods(Any).Where(method => method.Name == name)];
        }

        return methods switch
        {
            [] => throw new ArgumentException($"Timer callback method: {name} does not exist in the Actor class: {type.Name}", nameof(name)),
            [_, _, ..] => throw new ArgumentException($"Timer callback method: {name} cannot be overloaded.", nameof(name)),
            [var method] when method.GetParameters().Length > 1 => throw new ArgumentException("Timer callback can accept only zero or one parameters", nameof(name)),
            [var method] when method.ReturnType != typeof(Task) => throw new ArgumentException("Timer callback can only return type Task", nameof(name)),
            [var method] => method,
        };
    }
}
