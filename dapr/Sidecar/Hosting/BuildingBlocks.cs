namespace Dapr.Sidecar.Hosting;

/// <summary>What the sidecar consists of. A building block registers its services, and those that start with the sidecar as hosted services.</summary>
internal static class BuildingBlocks
{
    public static void AddServices(IServiceCollection services)
    {
        services.AddHttpContextAccessor();
    }

    public static void MapRoutes(WebApplication host)
    {
        host.MapGet("/v1.0/healthz", () => Results.NoContent());
    }
}
