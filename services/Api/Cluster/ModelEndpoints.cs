using Dapr.Actors.Client;
using Serverless.Api.Hosting;
using Serverless.Api.Security;
using Serverless.Contracts.Api;
using Serverless.Inference.Loading.Hub;
using Serverless.Jobs;
using Serverless.Placement.Pools;

namespace Serverless.Api.Cluster;

/// <summary>
/// <c>GET /api/v1/models</c>: models in the configured folders and in the cache of downloads of the API's machine, and those that engine pools have. Which of
/// them a tenant may use, it sees.
/// </summary>
internal static class ModelEndpoints
{
    private const string Config = "config.json";

    public static void MapModels(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/models", ListAsync).RequireAuthorization(Scopes.Read).WithTags("cluster").WithName("listModels").WithMetadata(PublicRoute.Instance).Produces<ModelList>();

    private static async Task<IResult> ListAsync(HttpContext context, IActorProxyFactory actors, JobsOptions jobs, ApiOptions options)
    {
        var pools = await ClusterEndpoints.PoolStatusesAsync(actors);
        var loaded = pools.Where(pool => pool.Engine is not null).ToLookup(pool => pool.Engine!.Model.Source, pool => pool.Replicas.Count(replica => replica.State is ReplicaState.Ready));
        var here = Folders(options.Config.ModelFolders).Concat(Cached()).ToList();
        var elsewhere = loaded.Select(model => model.Key).Except(here.Select(model => model.Source)).Select(source => new ModelResource(source, "pool", [], Bytes: null, 0));
        var policy = jobs.PolicyOf(context.User.Tenant());
        var models = here.Concat(elsewhere).Where(model => policy.Allows(model.Source)).OrderBy(model => model.Source, StringComparer.Ordinal)
            .Select(model => model with { Replicas = loaded[model.Source].Sum() });
        return Results.Json(new ModelList([.. models]), ApiJson.Options);
    }

    /// <summary>A configured folder is a model, or a folder of models.</summary>
    private static IEnumerable<ModelResource> Folders(IEnumerable<string> folders) =>
        from folder in folders.Select(Path.GetFullPath)
        where Directory.Exists(folder)
        from model in File.Exists(Path.Combine(folder, Config)) ? [folder] : Directory.GetDirectories(folder)
        where File.Exists(Path.Combine(model, Config))
        select new ModelResource(model, "folder", [], new DirectoryInfo(model).GetFiles().Sum(file => file.Length), 0);

    private static IEnumerable<ModelResource> Cached() =>
        HubInventory.List().Select(model => new ModelResource(model.Source, "cache", model.Revisions, model.Bytes, 0));
}
