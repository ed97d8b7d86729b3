using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.State;
using Dapr.Sidecar.Store;

namespace Dapr.Sidecar.Components;

/// <summary>Registers what reads and holds components.</summary>
internal static class ComponentServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<Resources>();
        services.AddSingleton<ConfigurationSpec>();
        services.AddSingleton<StoreFiles>();
        services.AddSingleton<ComponentCatalog>();
        services.AddSingleton<StateStores>();
        services.AddSingleton<IMetadataSource, ComponentsMetadata>();
        services.AddHostedService(provider => provider.GetRequiredService<ComponentCatalog>());
    }
}
