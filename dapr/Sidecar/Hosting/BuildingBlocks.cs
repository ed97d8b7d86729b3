using Dapr.Sidecar.Components;
using Dapr.Sidecar.Secrets;
using Dapr.Sidecar.State;

namespace Dapr.Sidecar.Hosting;

/// <summary>What the sidecar consists of. A building block registers its services, and those that start with the sidecar as hosted services.</summary>
internal static class BuildingBlocks
{
    public static void AddServices(IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        ComponentServices.Add(services);
    }

    public static void MapRoutes(WebApplication host)
    {
        host.MapGet("/v1.0/healthz", () => Results.NoContent());
        SecretsApi.Map(host);
        StateApi.Map(host);
    }
}
