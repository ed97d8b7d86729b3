using System.Text.Json;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime.State;
using Microsoft.Extensions.Logging;

namespace Dapr.Actors.Runtime;

/// <summary>What an actor instance gets from the runtime: who it is and what it talks to.</summary>
public sealed class ActorHost
{
    internal ActorHost(
        ActorTypeInformation actorTypeInfo,
        ActorId id,
        ILoggerFactory loggerFactory,
        JsonSerializerOptions jsonSerializerOptions,
        IActorProxyFactory proxyFactory,
        ActorTimerManager timerManager,
        IActorStateStore? stateStore,
        TimeProvider time)
    {
        ActorTypeInfo = actorTypeInfo;
        Id = id;
        LoggerFactory = loggerFactory;
        JsonSerializerOptions = jsonSerializerOptions;
        ProxyFactory = proxyFactory;
        TimerManager = timerManager;
        StateStore = stateStore;
        Time = time;
    }

    /// <summary>The actor's type.</summary>
    public ActorTypeInformation ActorTypeInfo { get; }

    /// <summary>The actor's id.</summary>
    public ActorId Id { get; }

    /// <summary>Makes the actor's loggers.</summary>
    public ILoggerFactory LoggerFactory { get; }

    /// <summary>How state becomes JSON.</summary>
    public JsonSerializerOptions JsonSerializerOptions { get; }

    /// <summary>Makes proxies of other actors.</summary>
    public IActorProxyFactory ProxyFactory { get; }

    /// <summary>Registers timers and reminders.</summary>
    public ActorTimerManager TimerManager { get; }

    /// <summary>Where state lives; null in a unit test.</summary>
    internal IActorStateStore? StateStore { get; }

    internal TimeProvider Time { get; }

    /// <summary>A host for a unit test of an actor, without a sidecar.</summary>
    public static ActorHost CreateForTest<TActor>(ActorTestOptions? options = null)
        where TActor : Actor => CreateForTest(typeof(TActor), actorTypeName: null!, options);

    /// <summary>A host for a unit test of an actor, with a name of its type.</summary>
    public static ActorHost CreateForTest<TActor>(string actorTypeName, ActorTestOptions? options = null)
        where TActor : Actor => CreateForTest(typeof(TActor), actorTypeName, options);

    /// <summary>A host for a unit test of an actor whose class is known at run time.</summary>
    public static ActorHost CreateForTest(Type actorType, ActorTestOptions? options = null) => CreateForTest(actorType, actorTypeName: null!, options);

    /// <summary>A host for a unit test of an actor whose class is known at run time, with a name of its type.</summary>
    public static ActorHost CreateForTest(Type actorType, string actorTypeName, ActorTestOptions? options = null)
    {
        options ??= new ActorTestOptions();
        return new ActorHost(
            ActorTypeInformation.Get(actorType, actorTypeName),
            options.ActorId,
            options.LoggerFactory,
            options.JsonSerializerOptions,
            options.ProxyFactory,
            options.TimerManager,
            stateStore: null,
            TimeProvider.System);
    }
}
