using Dapr.Actors.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Serverless.Placement.Cluster;
using Serverless.Placement.Groups;
using Serverless.Placement.Nodes;
using Serverless.Placement.Pools;

namespace Serverless.Placement.Hosting;

/// <summary>Adds placement to an app.</summary>
public static class PlacementHosting
{
    /// <summary>Adds what the actors of placement need. Options that cannot work stop the app at its start.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Sets options. Default: none.</param>
    public static IServiceCollection AddPlacement(this IServiceCollection services, Action<PlacementOptions>? configure = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PlacementOptions>, PlacementOptionsValidator>());
        var options = services.AddOptions<PlacementOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        return services;
    }

    /// <summary>Hosts the actors of placement: the cluster, the nodes' ledgers, placement groups and engine pools.</summary>
    public static ActorRuntimeOptions AddPlacement(this ActorRuntimeOptions actors)
    {
        ArgumentNullException.ThrowIfNull(actors);
        actors.Actors.RegisterActor<ClusterActor>();
        actors.Actors.RegisterActor<GpuNodeActor>();
        actors.Actors.RegisterActor<PlacementGroupActor>();
        actors.Actors.RegisterActor<EnginePoolActor>();
        return actors;
    }
}
