using Dapr.Sidecar.Actors.Http;
using Dapr.Sidecar.Apps;
using Dapr.Sidecar.Bindings;
using Dapr.Sidecar.Components;
using Dapr.Sidecar.Invocation;
using Dapr.Sidecar.PubSub;
using Dapr.Sidecar.Resiliency;
using Dapr.Sidecar.Secrets;
using Dapr.Sidecar.State;
using Dapr.Sidecar.Workflows;

namespace Dapr.Sidecar.Hosting;

/// <summary>What the sidecar consists of. A building block registers its services, and those that start with the sidecar as hosted services.</summary>
internal static class BuildingBlocks
{
    public static void AddServices(IServiceCollection services)
    {
        services.AddSingleton<InvocationRoutes>().AddSingleton<MetadataRoutes>().AddSingleton<LifeRoutes>();
        ComponentServices.Add(services);
        ResiliencyServices.Add(services);
        PubSubServices.Add(services);
        BindingServices.Add(services);
        services.AddActors();
        services.AddWorkflows();

        // The last one: whoever observes the apps has started.
        services.AddHostedService<AppWatch>();
    }

    public static void MapRoutes(WebApplication host)
    {
        host.Services.GetRequiredService<LifeRoutes>().Map(host);
        host.Services.GetRequiredService<MetadataRoutes>().Map(host);
        SecretsApi.Map(host);
        StateApi.Map(host);
        PublishApi.Map(host);
        BindingsApi.Map(host);
        host.MapActors();
        host.Services.GetRequiredService<InvocationRoutes>().Map(host);
        host.MapWorkflows();
    }
}
