using System.Text.Json;
using Dapr.Actors;
using Dapr.Actors.Client;
using Serverless.Api.Hosting;
using Serverless.Api.Security;
using Serverless.Contracts.Api;
using Serverless.Jobs;
using Serverless.Placement.Cluster;
using Serverless.Placement.Groups;
using Serverless.Placement.Pools;

namespace Serverless.Api.Cluster;

/// <summary>Workers, pools, placement groups: what the service works with.</summary>
internal static class ClusterEndpoints
{
    private const string Root = "/api/v1";

    public static void MapCluster(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Root).WithTags("cluster").WithMetadata(PublicRoute.Instance);
        group.MapGet("/workers", WorkersAsync).RequireAuthorization(Scopes.Read).WithName("listWorkers").Produces<WorkerList>();
        group.MapPost("/workers/{id}/drain", DrainAsync).RequireAuthorization(Scopes.Admin).WithName("drainWorker").Produces<WorkerResource>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/pools", PoolsAsync).RequireAuthorization(Scopes.Read).WithName("listPools").Produces<PoolList>();
        group.MapGet("/placement-groups", GroupsAsync).RequireAuthorization(Scopes.Read).WithName("listPlacementGroups").Produces<PlacementGroupList>();
    }

    private static async Task<IResult> WorkersAsync(IActorProxyFactory actors) =>
        Results.Json(new WorkerList([.. (await NodesAsync(actors)).Select(WorkerOf)]), ApiJson.Options);

    private static async Task<IResult> DrainAsync(string id, IActorProxyFactory actors)
    {
        if ((await NodesAsync(actors)).FirstOrDefault(node => node.Report.NodeId == id) is not { } node)
        {
            return Problems.NotFound($"worker {id}");
        }

        await Cluster(actors).RequestDrainAsync(id);
        return Results.Json(WorkerOf(node), ApiJson.Options, statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> PoolsAsync(HttpContext context, IActorProxyFactory actors)
    {
        var tenant = context.User.Tenant();
        return Results.Json(new PoolList([.. (await PoolStatusesAsync(actors)).Select(pool => PoolOf(pool, tenant))]), ApiJson.Options);
    }

    private static async Task<IResult> GroupsAsync(IActorProxyFactory actors)
    {
        List<PlacementGroupResource> groups = [];
        foreach (var pool in await PoolStatusesAsync(actors))
        {
            foreach (var replica in pool.Replicas)
            {
                var status = await actors.CreateActorProxy<IPlacementGroupActor>(new ActorId(replica.ReplicaId), IPlacementGroupActor.ActorType).GetAsync();
                groups.Add(new PlacementGroupResource(
                    replica.ReplicaId, pool.PoolId, Name(status.State), [.. status.Bundles.Select(bundle => bundle.NodeId)], status.Reason, status.Infeasible));
            }
        }

        return Results.Json(new PlacementGroupList(groups), ApiJson.Options);
    }

    /// <summary>The pools that some worker has a replica of.</summary>
    internal static async Task<IReadOnlyList<PoolStatus>> PoolStatusesAsync(IActorProxyFactory actors)
    {
        var ids = (await NodesAsync(actors)).SelectMany(node => node.Report.Health?.Engines ?? []).Select(engine => engine.PoolId).Distinct(StringComparer.Ordinal);
        return await Task.WhenAll(ids.Select(id => actors.CreateActorProxy<IEnginePoolActor>(new ActorId(id), EngineSpec.ActorType).GetStatusAsync()));
    }

    private static IClusterActor Cluster(IActorProxyFactory actors) => actors.CreateActorProxy<IClusterActor>(new ActorId(IClusterActor.Id), IClusterActor.ActorType);

    private static Task<IReadOnlyList<NodeView>> NodesAsync(IActorProxyFactory actors) => Cluster(actors).GetNodesAsync();

    private static WorkerResource WorkerOf(NodeView node)
    {
        var engines = node.Report.Health?.Engines ?? [];
        return new WorkerResource(
            node.Report.NodeId,
            NodeStates.Of(node),
            [.. node.Report.Accelerators.Select(accelerator => new AcceleratorResource(accelerator.Index, accelerator.Type, accelerator.MemoryBytes, accelerator.Uuid))],
            node.Used,
            node.Report.Labels,
            [.. engines.Select(engine => new EngineResource(engine.ReplicaId, engine.PoolId, Name(engine.State), engine.Shards, engine.Message))],
            engines.Sum(engine => engine.Shards),
            node.LastSeen);
    }

    /// <summary>Another tenant's jobs are nobody's business, not even their ids.</summary>
    private static PoolResource PoolOf(PoolStatus pool, string tenant) => new(
        pool.PoolId,
        pool.Engine?.Model.Source,
        [.. pool.Replicas.Select(replica => new ReplicaResource(replica.ReplicaId, replica.NodeId, Name(replica.State), replica.Shards, replica.LastSeen, replica.Message))],
        [.. pool.Jobs.Where(job => job.Tenant == tenant).Select(job => new PoolJobResource(JobKey.Parse(job.JobId).Id, job.Priority, job.Queued, job.Leased, job.Paused))],
        pool.WaitingFor);

    private static string Name(ReplicaState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    private static string Name(GroupState state) => state.ToString().ToUpperInvariant();
}
