using System.Security.Cryptography;
using System.Text;

namespace Serverless.Api.Hosting;

/// <summary>
/// Two ports, two sets of routes: what the sidecar calls (actors, its configuration, bindings, subscriptions) is not on the public port, and the
/// public API is not on the sidecar's. A route of the other port is one that does not exist. (What answers that a route lacks a method is no route.)
/// The sidecar shows <c>APP_API_TOKEN</c> in <c>dapr-api-token</c> on every one of its routes but <c>/healthz</c>, where that token is set.
/// </summary>
internal sealed class PortGate(RequestDelegate next, int appPort, IConfiguration configuration)
{
    private const string Header = "dapr-api-token";

    private readonly byte[] _token = Encoding.UTF8.GetBytes(configuration["APP_API_TOKEN"] ?? "");

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            return next(context);
        }

        var isPublic = endpoint.Metadata.GetMetadata<PublicRoute>() is not null;
        if (isPublic == (context.Connection.LocalPort == appPort))
        {
            context.SetEndpoint(endpoint: null);
            context.Request.RouteValues.Clear();
        }
        else if (!isPublic && !IsTheSidecar(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        return next(context);
    }

    private bool IsTheSidecar(HttpRequest request) =>
        _token.Length == 0 || request.Path == "/healthz" || CryptographicOperations.FixedTimeEquals(_token, Encoding.UTF8.GetBytes(request.Headers[Header].ToString()));
}

/// <summary>Marks a route of the public port; all others are the sidecar's.</summary>
internal sealed class PublicRoute
{
    public static PublicRoute Instance { get; } = new();
}
