using Dapr.Actors.Runtime;
using Serverless.Placement.Pools;

namespace Serverless.Workflows.Tests.Hosting;

/// <summary>A pool as jobs see it; everything is in the <see cref="FakePool"/> of the test.</summary>
[Actor(TypeName = EngineSpec.ActorType)]
internal sealed class FakePoolActor(ActorHost host, FakePool pool) : Actor(host), IEnginePoolActor
{
    public Task AttachAsync(JobAttachment job) => pool.AttachAsync(job);

    public Task OfferAsync(ShardOffer offer) => pool.OfferAsync(offer);

    public Task<OfferState> FindAsync(OfferQuery query) => Task.FromResult(pool.Find(query));

    public Task ControlAsync(JobControl control) => pool.ControlAsync(control);

    public Task DetachAsync(string jobId) => pool.DetachAsync(jobId);

    public Task<ExchangeAnswer> ExchangeAsync(WorkerExchange exchange) => throw new NotSupportedException("the fake pool has its workers inside");

    public Task<PoolStatus> GetStatusAsync() => Task.FromResult(new PoolStatus(Id.GetId(), null, [], [], null));
}
