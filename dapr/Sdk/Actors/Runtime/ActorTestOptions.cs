using System.Text.Json;
using Dapr.Actors.Client;
using Dapr.Actors.Communication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dapr.Actors.Runtime;

/// <summary>What a unit test puts in the place of the runtime.</summary>
public sealed class ActorTestOptions
{
    /// <summary>The actor's id. Default: a random one.</summary>
    public ActorId ActorId { get; set; } = ActorId.CreateRandom();

    /// <summary>Makes loggers. Default: loggers that write nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>How state becomes JSON. Default: as <see cref="ActorRuntimeOptions.JsonSerializerOptions"/>.</summary>
    public JsonSerializerOptions JsonSerializerOptions { get; set; } = ActorJson.DefaultOptions;

    /// <summary>Makes proxies. Default: one that throws <see cref="NotSupportedException"/>.</summary>
    public IActorProxyFactory ProxyFactory { get; set; } = new NoProxies();

    /// <summary>Registers timers and reminders. Default: one that throws <see cref="NotSupportedException"/>.</summary>
    public ActorTimerManager TimerManager { get; set; } = new NoTimers();

    private sealed class NoProxies : IActorProxyFactory
    {
        public TActorInterface CreateActorProxy<TActorInterface>(ActorId actorId, string actorType, ActorProxyOptions? options = null)
            where TActorInterface : IActor => throw Missing();

        public object CreateActorProxy(ActorId actorId, Type actorInterfaceType, string actorType, ActorProxyOptions? options = null) => throw Missing();

        public ActorProxy Create(ActorId actorId, string actorType, ActorProxyOptions? options = null) => throw Missing();

        private static NotSupportedException Missing() => new("This test's actor asked for a proxy: set ActorTestOptions.ProxyFactory to a double.");
    }

    private sealed class NoTimers : ActorTimerManager
    {
        public override Task RegisterReminderAsync(ActorReminder reminder) => throw Missing();

        public override Task<IActorReminder> GetReminderAsync(ActorReminderToken reminder) => throw Missing();

        public override Task UnregisterReminderAsync(ActorReminderToken reminder) => throw Missing();

        public override Task RegisterTimerAsync(ActorTimer timer) => throw Missing();

        public override Task UnregisterTimerAsync(ActorTimerToken timer) => throw Missing();

        private static NotSupportedException Missing() => new("This test's actor used a timer or a reminder: set ActorTestOptions.TimerManager to a double.");
    }
}
