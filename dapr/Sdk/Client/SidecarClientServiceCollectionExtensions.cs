using Dapr.SidecarApi;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a client of the sidecar to an app.</summary>
public static class SidecarClientServiceCollectionExtensions
{
    /// <summary>Adds one <see cref="SidecarClient"/> for the whole app, with the endpoint and token of its configuration.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Changes the options. Default: nothing.</param>
    public static IServiceCollection AddSidecarClient(this IServiceCollection services, Action<SidecarClientOptions>? configure = null)
    {
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetService<IConfiguration>() is { } configuration ? SidecarClientOptions.From(configuration) : new SidecarClientOptions();
            configure?.Invoke(options);
            return new SidecarClient(options, handler: null, provider.GetService<TimeProvider>());
        });
        return services;
    }
}
