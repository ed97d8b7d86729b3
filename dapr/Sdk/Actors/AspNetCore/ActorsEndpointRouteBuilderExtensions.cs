using Dapr;
using Dapr.Actors.AspNetCore;
using Dapr.Actors.Runtime;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps what a sidecar calls of an app's actors.</summary>
public static class ActorsEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps <c>/dapr/config</c>, <c>/healthz</c> and the routes of the actors. With <c>APP_API_TOKEN</c> set, in the configuration or the
    /// environment, a request without that token in <c>dapr-api-token</c> is answered with 401, but for <c>/healthz</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException"><c>AddActors</c> was not called.</exception>
    public static IEndpointConventionBuilder MapActorsHandlers(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var runtime = endpoints.ServiceProvider.GetService<ActorRuntime>() ?? throw new InvalidOperationException(
            "The ActorRuntime service is not registered with the dependency injection container: call AddActors() on the app's services.");
        var token = new AppApiToken(DaprDefaults.GetDefaultAppApiToken(endpoints.ServiceProvider.GetService<IConfiguration>()));
        var handlers = new ActorHandlers(runtime, endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger<ActorHandlers>());

        var health = endpoints.MapHealthChecks("/healthz").WithMetadata(new AllowAnonymousAttribute());

        // An app's own /healthz goes before this one.
        health.Add(endpoint => ((RouteEndpointBuilder)endpoint).Order = 100);
        return new EndpointConventions(
        [
            endpoints.MapGet("dapr/config", token.Guard(handlers.Config)).WithDisplayName("Dapr Actors Config"),
            endpoints.MapDelete("actors/{actorTypeName}/{actorId}", token.Guard(handlers.Deactivate)).WithDisplayName("Dapr Actors Deactivation"),
            endpoints.MapPut("actors/{actorTypeName}/{actorId}/method/{methodName}", token.Guard(handlers.Invoke)).WithDisplayName("Dapr Actors Invoke"),
            endpoints.MapPut("actors/{actorTypeName}/{actorId}/method/remind/{reminderName}", token.Guard(handlers.Remind)).WithDisplayName("Dapr Actors Reminder"),
            endpoints.MapPut("actors/{actorTypeName}/{actorId}/method/timer/{timerName}", token.Guard(handlers.FireTimer)).WithDisplayName("Dapr Actors Timer"),
            health.WithDisplayName("Dapr Actors Health Check"),
        ]);
    }

    /// <summary>Conventions that apply to all of the routes.</summary>
    private sealed class EndpointConventions(IReadOnlyList<IEndpointConventionBuilder> routes) : IEndpointConventionBuilder
    {
        public void Add(Action<EndpointBuilder> convention)
        {
            foreach (var route in routes)
            {
                route.Add(convention);
            }
        }
    }
}
