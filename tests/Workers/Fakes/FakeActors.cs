using Dapr.Actors.Runtime;
using Serverless.Placement.Cluster;
using Serverless.Placement.Pools;

namespace Serverless.Workers.Tests.Fakes;

#pragma warning disable CA1812 // Made by the actor runtime.

/// <summary>Only what workers call.</summary>
internal sealed class FakePoolActor(ActorHost host, ControlRecord record) : Actor(host), IEnginePoolActor
{
    public Task<ExchangeAnswer> ExchangeAsync(WorkerExchange exchange) => Task.FromResult(record.Exchange(exchange));

    public Task AttachAsync(JobAttachment job) => throw new NotSupportedException();

    public Task OfferAsync(ShardOffer offer) => throw new NotSupportedException();

    public Task<OfferState> FindAsync(OfferQuery query) => throw new NotSupportedException();

    public Task ControlAsync(JobControl control) => throw new NotSupportedException();

    public Task DetachAsync(string jobId) => throw new NotSupportedException();

    public Task<PoolStatus> GetStatusAsync() => throw new NotSupportedException();
}

internal sealed class FakeJobActor(ActorHost host, ControlRecord record) : Actor(host), IJobNotices
{
    public Task ReportAsync(WorkerReport report)
    {
        record.Report(report);
        return Task.CompletedTask;
    }

    public Task CapacityAsync(CapacityNotice notice) => throw new NotSupportedException();
}

internal sealed class FakeClusterActor(ActorHost host, ControlRecord record) : Actor(host), IClusterActor
{
    public Task<HeartbeatAnswer> HeartbeatAsync(NodeReport node) => Task.FromResult(record.Heartbeat(node));

    public Task LeaveAsync(NodeLeave leave)
    {
        record.Leave(leave);
        return Task.CompletedTask;
    }

    public Task ReportUseAsync(NodeUse use) => throw new NotSupportedException();

    public Task ReportWaitingAsync(string poolId) => throw new NotSupportedException();

    public Task<bool> IsRoomWantedAsync() => throw new NotSupportedException();

    public Task RequestDrainAsync(string nodeId) => throw new NotSupportedException();

    public Task<IReadOnlyList<NodeView>> GetNodesAsync() => throw new NotSupportedException();
}
