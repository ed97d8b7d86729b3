using Dapr.Sidecar.Apps;
using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.PubSub;

/// <summary>Registers pub/sub.</summary>
internal static class PubSubServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<PublishApi>();
        services.AddSingleton<Subscriptions>();
        services.AddSingleton<IAppObserver>(provider => provider.GetRequiredService<Subscriptions>());
        services.AddSingleton<IMetadataSource, SubscriptionsMetadata>();
        services.AddHostedService(provider => provider.GetRequiredService<Subscriptions>());
    }
}
