using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime;
using Microsoft.Extensions.Options;
using Serverless.Placement.Cluster;
using Serverless.Placement.Pools;

namespace Serverless.Workers.Sidecar;

/// <summary>The actors that a worker calls, from its loops and never from an actor's turn. Every call has a deadline.</summary>
internal sealed class ControlPlane(IActorProxyFactory proxies, IOptions<ActorRuntimeOptions> actors, WorkerOptions options)
{
    readonly ActorProxyOptions calls = new()
    {
        UseJsonSerialization = true,
        HttpEndpoint = actors.Value.HttpEndpoint!,
        DaprApiToken = actors.Value.DaprApiToken,
        JsonSerializerOptions = actors.Value.JsonSerializerOptions,
        RequestTimeout = options.CallDeadline,
    };

    public Task<ExchangeAnswer> ExchangeAsync(string poolId, WorkerExchange exchange, CancellationToken cancellationToken) =>
        Proxy<IEnginePoolActor>(poolId, EngineSpec.ActorType).ExchangeAsync(exchange).WaitAsync(options.CallDeadline, options.TimeProvider, cancellationToken);

    public Task ReportAsync(WorkerReport report, CancellationToken cancellationToken) =>
        Proxy<IJobNotices>(report.JobId, IJobNotices.ActorType).ReportAsync(report).WaitAsync(options.CallDeadline, options.TimeProvider, cancellationToken);

    public Task<HeartbeatAnswer> HeartbeatAsync(NodeReport node) =>
        Cluster.HeartbeatAsync(node).WaitAsync(options.CallDeadline, options.TimeProvider);

    public Task LeaveAsync(NodeLeave leave) => Cluster.LeaveAsync(leave).WaitAsync(options.CallDeadline, options.TimeProvider);

    IClusterActor Cluster => Proxy<IClusterActor>(IClusterActor.Id, IClusterActor.ActorType);

    T Proxy<T>(string id, string type)
        where T : IActor => proxies.CreateActorProxy<T>(new ActorId(id), type, calls);
}
