using System.Collections.Frozen;
using Dapr.Actors.Client;
using Dapr.Actors.Communication;
using Dapr.Actors.Runtime.State;
using Dapr.Actors.Runtime.Timers;
using Microsoft.Extensions.Logging;

namespace Dapr.Actors.Runtime;

/// <summary>The actors of this app: their types, and the instances that are active.</summary>
public sealed class ActorRuntime
{
    private readonly FrozenDictionary<string, ActorManager> _managers;

    internal ActorRuntime(
        ActorRuntimeOptions options, ILoggerFactory loggers, ActorActivatorFactory activators, IActorProxyFactory proxies, TimeProvider time)
    {
        RegisteredActors = [.. options.Actors];
        Config = ActorConfigJson.Write(options);
        var client = new ActorSidecarClient(options.HttpEndpoint!, options.DaprApiToken, timeout: null);
        var services = new ActorServices(
            loggers, options.JsonSerializerOptions, proxies, new SidecarTimerManager(client), new SidecarStateStore(client, options.JsonSerializerOptions, time), time);
        _managers = options.Actors.ToFrozenDictionary(
            actor => actor.Type.ActorTypeName,
            actor => new ActorManager(actor.Type, actor.Activator ?? activators.CreateActivator(actor.Type), services),
            StringComparer.Ordinal);
    }

    /// <summary>The types that this app hosts.</summary>
    public IReadOnlyList<ActorRegistration> RegisteredActors { get; }

    /// <summary>What the sidecar reads at start.</summary>
    internal ReadOnlyMemory<byte> Config { get; }

    internal ActorManager Manager(string actorType) => _managers.TryGetValue(actorType, out var manager)
        ? manager
        : throw new InvalidOperationException($"Actor type {actorType} is not registered with Actor runtime.");
}
