using Dapr.Actors;

namespace Serverless.Placement.Pools;

/// <summary>
/// The replicas of one engine (a model with its arguments) and the shards that wait for them. Its id is <see cref="EngineSpec.PoolId"/>.
/// Jobs attach and offer shards; replicas come with their free slots and get shards: by priority, then fair share among tenants, then age.
/// Every call may be repeated.
/// </summary>
public interface IEnginePoolActor : IActor
{
    /// <summary>A job wants to work here: the pool grows to what it asks for.</summary>
    /// <param name="job">The job; a repeated call changes priority and concurrency.</param>
    Task AttachAsync(JobAttachment job);

    /// <summary>Shards wait for a slot from now on. What is queued, leased or already ended with the same attempt is left as it is.</summary>
    Task OfferAsync(ShardOffer offer);

    /// <summary>What the pool knows of a group's shards: those that it does not name must be offered again.</summary>
    Task<OfferState> FindAsync(OfferQuery query);

    /// <summary>A replica reports what ended and gets work for its free slots. Returns at once, with nothing if there is nothing.</summary>
    Task<ExchangeAnswer> ExchangeAsync(WorkerExchange exchange);

    /// <summary>Pauses, resumes or stops a job's shards.</summary>
    Task ControlAsync(JobControl control);

    /// <summary>A job needs the pool no more. The last one gone, the pool lets its replicas idle for a while and gives them back.</summary>
    Task DetachAsync(string jobId);

    /// <summary>Replicas, jobs, queue, leases: for people.</summary>
    Task<PoolStatus> GetStatusAsync();
}
