using Dapr.Sidecar.Apps;

namespace Dapr.Sidecar.Bindings;

/// <summary>Registers bindings.</summary>
internal static class BindingServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<BindingsApi>();
        services.AddSingleton<InputBindings>();
        services.AddSingleton<IAppObserver>(provider => provider.GetRequiredService<InputBindings>());
        services.AddHostedService(provider => provider.GetRequiredService<InputBindings>());
    }
}
