using OpenTelemetry.Metrics;
using Serverless.Api.Security;

namespace Serverless.Api.Hosting;

/// <summary>
/// <c>GET /metrics</c>: what this process measures, as Prometheus reads it (text exposition 0.0.4, or OpenMetrics for who asks for that). Needs the scope
/// <c>read</c>, as every look does.
/// </summary>
internal static class MetricsEndpoint
{
    public const string Path = "/metrics";

    public static void MapMetrics(this IEndpointRouteBuilder routes, MeterProvider meters) =>
        routes.MapPrometheusScrapingEndpoint(Path, meters, configureBranchedPipeline: null, optionsName: null)
            .WithMetadata(PublicRoute.Instance).RequireAuthorization(Scopes.Read);
}
