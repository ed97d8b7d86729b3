using Dapr.Actors;
using Dapr.Actors.Client;
using Serverless.Jobs.Actors;
using Serverless.Jobs.Catalog;
using Serverless.Jobs.Messages;
using Serverless.Jobs.Tenants;
using Serverless.Placement.Pools;

namespace Serverless.Jobs.Commands;

/// <summary>The actors that commands and queries call.</summary>
public sealed class JobActors(IActorProxyFactory actors)
{
    /// <summary>A job.</summary>
    public IJobActor Job(JobKey key) => actors.CreateActorProxy<IJobActor>(new ActorId(key.ToString()), IJobNotices.ActorType);

    /// <summary>The days of a tenant.</summary>
    public ICatalogActor Days(string tenant) => actors.CreateActorProxy<ICatalogActor>(new ActorId(CatalogActor.DaysIdOf(tenant)), ICatalogActor.ActorType);

    /// <summary>A tenant's day.</summary>
    public ICatalogActor Day(string tenant, DateOnly day) => actors.CreateActorProxy<ICatalogActor>(new ActorId(CatalogActor.IdOf(tenant, day)), ICatalogActor.ActorType);

    /// <summary>A pool.</summary>
    public IEnginePoolActor Pool(string id) => actors.CreateActorProxy<IEnginePoolActor>(new ActorId(id), EngineSpec.ActorType);

    /// <summary>A tenant's count of jobs.</summary>
    public ITenantActor Tenant(string tenant) => actors.CreateActorProxy<ITenantActor>(new ActorId(tenant), ITenantActor.ActorType);

    /// <summary>The attempts at a message, by the hash of its content.</summary>
    public IMessageActor Message(string hash) => actors.CreateActorProxy<IMessageActor>(new ActorId(hash), IMessageActor.ActorType);
}
