using System.Collections.Concurrent;
using System.Text.Json;
using Dapr.Actors.Client;
using Dapr.Actors.Communication;

namespace Dapr.Actors.Contracts;

/// <summary>What a method returns: how a proxy awaits it and how a host writes it, for its type.</summary>
internal abstract class MethodResult
{
    private static readonly ConcurrentDictionary<Type, MethodResult> Known = new();

    public static MethodResult Of(Type returnType) => Known.GetOrAdd(returnType, static type => type.IsGenericType
        ? (MethodResult)Activator.CreateInstance(typeof(MethodValue<>).MakeGenericType(type.GetGenericArguments()))!
        : new NoMethodValue());

    /// <summary>Sends the call; the task has the static type that the method returns.</summary>
    public abstract Task Start(TypedActorProxy proxy, ActorMethod method, object?[] arguments);

    /// <summary>Awaits the actor's task and writes its value as a remoting reply; nothing for a method without a value.</summary>
    public abstract Task<byte[]> WriteTypedAsync(Task task, JsonSerializerOptions json);

    /// <summary>Awaits the actor's task and writes its value as plain JSON; nothing for a method without a value.</summary>
    public abstract Task<byte[]> WriteWeakAsync(Task task, JsonSerializerOptions json);
}

internal sealed class NoMethodValue : MethodResult
{
    public override Task Start(TypedActorProxy proxy, ActorMethod method, object?[] arguments) => proxy.SendAsync(method, arguments);

    public override Task<byte[]> WriteTypedAsync(Task task, JsonSerializerOptions json) => Nothing(task);

    public override Task<byte[]> WriteWeakAsync(Task task, JsonSerializerOptions json) => Nothing(task);

    private static async Task<byte[]> Nothing(Task task)
    {
        await task;
        return [];
    }
}

internal sealed class MethodValue<T> : MethodResult
{
    public override Task Start(TypedActorProxy proxy, ActorMethod method, object?[] arguments) => Await(proxy, method, arguments);

    public override async Task<byte[]> WriteTypedAsync(Task task, JsonSerializerOptions json) => RemotingBody.WriteResponse(await (Task<T>)task, json);

    public override async Task<byte[]> WriteWeakAsync(Task task, JsonSerializerOptions json) =>
        JsonSerializer.SerializeToUtf8Bytes(await (Task<T>)task, json);

    private static async Task<T> Await(TypedActorProxy proxy, ActorMethod method, object?[] arguments) =>
        proxy.Read<T>(await proxy.SendAsync(method, arguments));
}
