using System.Text.Json;
using Dapr.Actors.Communication;

namespace Dapr.Actors.Client;

/// <summary>
/// A weakly typed proxy: it calls methods by name with JSON, whatever language the actor is written in. An error that the sidecar answers
/// with is a <see cref="DaprApiException"/>, a refused token an <see cref="System.Security.Authentication.AuthenticationException"/>.
/// </summary>
public class ActorProxy : IActorProxy
{
    private readonly ActorSidecarClient? _client;
    private readonly JsonSerializerOptions _json = ActorJson.DefaultOptions;

    /// <summary>A proxy of no actor, for test doubles.</summary>
    protected internal ActorProxy()
    {
        ActorId = null!;
        ActorType = "";
    }

    internal ActorProxy(ActorId actorId, string actorType, ActorSidecarClient client, JsonSerializerOptions json)
    {
        ActorId = actorId;
        ActorType = actorType;
        _client = client;
        _json = json;
    }

    /// <summary>The factory behind the static methods, with the environment's endpoint and token.</summary>
    public static IActorProxyFactory DefaultProxyFactory { get; } = new ActorProxyFactory();

    /// <summary>The actor's id.</summary>
    public ActorId ActorId { get; }

    /// <summary>The name of the actor's type.</summary>
    public string ActorType { get; }

    /// <inheritdoc cref="IActorProxyFactory.CreateActorProxy{TActorInterface}" />
    public static TActorInterface Create<TActorInterface>(ActorId actorId, string actorType, ActorProxyOptions? options = null)
        where TActorInterface : IActor => DefaultProxyFactory.CreateActorProxy<TActorInterface>(actorId, actorType, options);

    /// <inheritdoc cref="IActorProxyFactory.CreateActorProxy(ActorId, Type, string, ActorProxyOptions)" />
    public static object Create(ActorId actorId, Type actorInterfaceType, string actorType, ActorProxyOptions? options = null) =>
        DefaultProxyFactory.CreateActorProxy(actorId, actorInterfaceType, actorType, options);

    /// <inheritdoc cref="IActorProxyFactory.Create" />
    public static ActorProxy Create(ActorId actorId, string actorType, ActorProxyOptions? options = null) =>
        DefaultProxyFactory.Create(actorId, actorType, options);

    /// <summary>Calls a method with an argument and reads what it returns.</summary>
    public async Task<TResponse> InvokeMethodAsync<TRequest, TResponse>(string method, TRequest data, CancellationToken cancellationToken = default) =>
        Read<TResponse>(await Invoke(method, Body(data), cancellationToken));

    /// <summary>Calls a method with an argument.</summary>
    public Task InvokeMethodAsync<TRequest>(string method, TRequest data, CancellationToken cancellationToken = default) =>
        Invoke(method, Body(data), cancellationToken);

    /// <summary>Calls a method and reads what it returns.</summary>
    public async Task<TResponse> InvokeMethodAsync<TResponse>(string method, CancellationToken cancellationToken = default) =>
        Read<TResponse>(await Invoke(method, body: null, cancellationToken));

    /// <summary>Calls a method.</summary>
    public Task InvokeMethodAsync(string method, CancellationToken cancellationToken = default) => Invoke(method, body: null, cancellationToken);

    private Task<byte[]> Invoke(string method, byte[]? body, CancellationToken cancellationToken) =>
        (_client ?? throw new InvalidOperationException("This proxy has no actor: make proxies with ActorProxy.Create or a factory."))
            .InvokeWeakAsync(ActorType, ActorId.GetId(), method, body, cancellationToken);

    private byte[] Body<T>(T data) => JsonSerializer.SerializeToUtf8Bytes(data, _json);

    /// <summary>A method without a result answers nothing: the default.</summary>
    private T Read<T>(byte[] body) => body.Length == 0 ? default! : JsonSerializer.Deserialize<T>(body, _json)!;
}
