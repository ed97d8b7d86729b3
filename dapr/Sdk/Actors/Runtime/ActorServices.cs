using System.Text.Json;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime.State;
using Microsoft.Extensions.Logging;

namespace Dapr.Actors.Runtime;

/// <summary>What all actors of an app share.</summary>
internal sealed record ActorServices(
    ILoggerFactory Loggers,
    JsonSerializerOptions Json,
    IActorProxyFactory Proxies,
    ActorTimerManager Timers,
    IActorStateStore State,
    TimeProvider Time)
{
    public ActorHost HostFor(ActorTypeInformation type, string id) => new(type, new ActorId(id), Loggers, Json, Proxies, Timers, State, Time);
}
