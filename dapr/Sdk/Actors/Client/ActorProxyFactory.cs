using System.Collections.Concurrent;
using Dapr.Actors.Communication;

namespace Dapr.Actors.Client;

/// <summary>Makes proxies that call actors through the sidecar's HTTP API. All proxies share one pool of connections.</summary>
public class ActorProxyFactory : IActorProxyFactory
{
    private readonly HttpMessageHandler? _handler;
    private readonly ConcurrentDictionary<(string Endpoint, string? Token, TimeSpan? Timeout), ActorSidecarClient> _clients = new();

    /// <summary>A factory.</summary>
    /// <param name="options">How to call. Default: new <see cref="ActorProxyOptions"/>.</param>
    /// <param name="handler">What sends the requests. Default: a pool of connections that every factory shares.</param>
    public ActorProxyFactory(ActorProxyOptions? options = null, HttpMessageHandler? handler = null)
    {
        DefaultOptions = options ?? new ActorProxyOptions();
        _handler = handler;
    }

    /// <summary>The options of proxies that are made without their own.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public ActorProxyOptions DefaultOptions
    {
        get;
        set => field = value ?? throw new ArgumentNullException(nameof(value), "DefaultOptions cannot be null.");
    }

    /// <inheritdoc />
    public TActorInterface CreateActorProxy<TActorInterface>(ActorId actorId, string actorType, ActorProxyOptions? options = null)
        where TActorInterface : IActor => (TActorInterface)CreateActorProxy(actorId, typeof(TActorInterface), actorType, options);

    /// <inheritdoc />
    public object CreateActorProxy(ActorId actorId, Type actorInterfaceType, string actorType, ActorProxyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(actorId);
        options ??= DefaultOptions;
        if (!options.UseJsonSerialization)
        {
            throw new InvalidOperationException(
                $"A typed proxy of {actorInterfaceType} cannot be made: its options have UseJsonSerialization = false, which asks for DataContract binary XML, "
                + "and this SDK speaks JSON only. Set UseJsonSerialization = true on ActorProxyOptions (and on ActorRuntimeOptions of the actor's host).");
        }

        return TypedActorProxy.Create(actorInterfaceType, actorId, actorType, ClientFor(options), options.JsonSerializerOptions);
    }

    /// <inheritdoc />
    public ActorProxy Create(ActorId actorId, string actorType, ActorProxyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(actorId);
        options ??= DefaultOptions;
        return new ActorProxy(actorId, actorType, ClientFor(options), options.JsonSerializerOptions);
    }

    private ActorSidecarClient ClientFor(ActorProxyOptions options) =>
        _clients.GetOrAdd(
            (options.HttpEndpoint, options.DaprApiToken, options.RequestTimeout),
            static (key, handler) => new ActorSidecarClient(key.Endpoint, key.Token, key.Timeout, handler),
            _handler);
}
