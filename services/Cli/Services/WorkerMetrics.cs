using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OpenTelemetry.Metrics;
using Serverless.Api.Security;

namespace Serverless.Cli.Services;

/// <summary>
/// <c>GET /metrics</c> of a worker, on its app port. Once there are API keys it asks for one with the scope <c>read</c>, as the API does; the sidecar's
/// token is not asked for, since Prometheus does not have it.
/// </summary>
internal static class WorkerMetrics
{
    public static void Map(WebApplication app, MeterProvider meters, string? keyFile)
    {
        var keys = keyFile is null ? null : new ApiKeyFile(keyFile);
        app.MapPrometheusScrapingEndpoint(
            "/metrics", meters, branch => branch.Use((context, next) => keys is null || Refusal(context.Request, keys) is not { } status ? next(context) : Refuse(context, status)), optionsName: null);
    }

    /// <summary>The status that a request is refused with; null if it is not.</summary>
    private static int? Refusal(HttpRequest request, ApiKeyFile keys)
    {
        if (keys.Keys.Count == 0)
        {
            return null;
        }

        var key = ApiKeyAuthentication.Presented(request) is { } text ? keys.Find(text, TimeProvider.System.GetUtcNow()) : null;
        return key is null ? StatusCodes.Status401Unauthorized
            : key.Scopes.Contains(Scopes.Read) || key.Scopes.Contains(Scopes.Admin) ? null
            : StatusCodes.Status403Forbidden;
    }

    private static Task Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
