using System.Reflection;
using System.Text.Json;
using Dapr.Actors.Communication;
using Dapr.Actors.Contracts;

namespace Dapr.Actors.Client;

/// <summary>What stands behind an actor interface: it sends each call of a method as a remoting message.</summary>
#pragma warning disable CA1852 // DispatchProxy derives from it at run time.
internal class TypedActorProxy : DispatchProxy, IActorProxy
#pragma warning restore CA1852
{
    private ActorSidecarClient _client = null!;
    private JsonSerializerOptions _json = null!;
    private ProxyMethods _methods = null!;

    public ActorId ActorId { get; private set; } = null!;

    public string ActorType { get; private set; } = null!;

    public static object Create(Type interfaceType, ActorId actorId, string actorType, ActorSidecarClient client, JsonSerializerOptions json)
    {
        var methods = ProxyMethods.Of(interfaceType);
        var proxy = (TypedActorProxy)DispatchProxy.Create(interfaceType, typeof(TypedActorProxy));
        proxy.ActorId = actorId;
        proxy.ActorType = actorType;
        proxy._client = client;
        proxy._json = json;
        proxy._methods = methods;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var method = _methods.Of(targetMethod!);
        return method.Result.Start(this, method, args ?? []);
    }

    internal async Task<byte[]> SendAsync(ActorMethod method, object?[] args)
    {
        var cancellationToken = method.TakesCancellation ? (CancellationToken)args[^1]! : CancellationToken.None;
        var header = RemotingHeader.Write(method, ActorId.GetId(), ActorType);
        var body = method.Parameters.Count == 0 ? null : RemotingBody.WriteRequest(method, args, _json);
        return await _client.InvokeTypedAsync(ActorType, ActorId.GetId(), method.Name, header, body, cancellationToken);
    }

    internal T Read<T>(byte[] body) => RemotingBody.ReadResponse<T>(body, _json);
}
