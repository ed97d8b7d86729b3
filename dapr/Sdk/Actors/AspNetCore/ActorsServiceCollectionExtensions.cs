using Dapr;
using Dapr.Actors.AspNetCore;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime;
using Dapr.Actors.Runtime.Activation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Dapr actors to an app.</summary>
public static class ActorsServiceCollectionExtensions
{
    /// <summary>
    /// Adds the actors that <paramref name="configure"/> registers, and an <see cref="IActorProxyFactory"/> with the same options. An app
    /// that hosts actors does not start unless it sets <see cref="ActorRuntimeOptions.UseJsonSerialization"/>.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Registers actors and sets options. Default: none.</param>
    /// <param name="lifetime">The lifetime of the proxy factory. Actors live with the app whatever it is. Default: Singleton.</param>
    public static void AddActors(this IServiceCollection? services, Action<ActorRuntimeOptions>? configure, ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddRouting();
        services.AddHealthChecks();
        services.AddLogging();

        services.TryAddSingleton<ActorActivatorFactory, ScopedActorActivatorFactory>();
        services.TryAdd(new ServiceDescriptor(typeof(IActorProxyFactory), ProxyFactory, lifetime));
        services.TryAddSingleton(provider => new ActorRuntime(
            provider.GetRequiredService<IOptions<ActorRuntimeOptions>>().Value,
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetRequiredService<ActorActivatorFactory>(),
            lifetime == ServiceLifetime.Scoped ? ProxyFactory(provider) : provider.GetRequiredService<IActorProxyFactory>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System));

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ActorRuntimeOptions>, ActorRuntimeOptionsValidator>());
        var options = services.AddOptions<ActorRuntimeOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        options.PostConfigure<IServiceProvider>((actors, provider) =>
        {
            var configuration = provider.GetService<IConfiguration>();
            actors.DaprApiToken = string.IsNullOrWhiteSpace(actors.DaprApiToken) ? DaprDefaults.GetDefaultDaprApiToken(configuration) : actors.DaprApiToken;
            actors.HttpEndpoint = string.IsNullOrWhiteSpace(actors.HttpEndpoint) ? DaprDefaults.GetDefaultHttpEndpoint(configuration) : actors.HttpEndpoint;
        });
    }

    private static ActorProxyFactory ProxyFactory(IServiceProvider provider)
    {
        var actors = provider.GetRequiredService<IOptions<ActorRuntimeOptions>>().Value;
        return new ActorProxyFactory(new ActorProxyOptions
        {
            JsonSerializerOptions = actors.JsonSerializerOptions,
            DaprApiToken = actors.DaprApiToken,
            HttpEndpoint = actors.HttpEndpoint!,
            UseJsonSerialization = actors.UseJsonSerialization,
        });
    }
}
