namespace Serverless.Api.Hosting;

/// <summary>
/// Two ports, two sets of routes: what the sidecar calls (actors, its configuration, bindings, subscriptions) is not on the public port, and the
/// public API is not on the sidecar's. A route of the other port is one that does not exist. (What answers that a route lacks a method is no route.)
/// </summary>
internal sealed class PortGate(RequestDelegate next, int appPort)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is RouteEndpoint endpoint && endpoint.Metadata.GetMetadata<PublicRoute>() is null == (context.Connection.LocalPort != appPort))
        {
            context.SetEndpoint(endpoint: null);
            context.Request.RouteValues.Clear();
        }

        return next(context);
    }
}

/// <summary>Marks a route of the public port; all others are the sidecar's.</summary>
internal sealed class PublicRoute
{
    public static PublicRoute Instance { get; } = new();
}
