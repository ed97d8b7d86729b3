namespace Dapr.Sidecar.Hosting;

/// <summary>Joins double slashes: clients whose endpoint ends with a slash call <c>//v1.0/...</c>, and daprd understands them.</summary>
internal sealed class CleanPath(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value;
        while (path is not null && path.StartsWith("//", StringComparison.Ordinal))
        {
            path = path[1..];
        }

        context.Request.Path = path;
        return next(context);
    }
}
