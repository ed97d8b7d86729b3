namespace Dapr.Sidecar.Hosting;

/// <summary>Health and shutdown (https://docs.dapr.io/reference/api/health_api/). Health is that of the sidecar: an app may come later.</summary>
internal sealed class LifeRoutes(AppDirectory apps, IHostApplicationLifetime lifetime)
{
    /// <summary>Maps the routes.</summary>
    public void Map(WebApplication host)
    {
        host.MapGet("/v1.0/healthz", context => HealthAsync(context, "ERR_HEALTH_NOT_READY", "dapr is not ready: it stops"));
        host.MapGet("/v1.0/healthz/outbound", context => HealthAsync(context, "ERR_OUTBOUND_HEALTH_NOT_READY", "dapr outbound is not ready"));
        host.MapPost("/v1.0/shutdown", ShutDown);
    }

    private Task HealthAsync(HttpContext context, string errorCode, string message)
    {
        if (context.Request.Query["appid"] is [{ Length: > 0 } expected] && expected != apps.Of(context).Id)
        {
            return ApiError.Result(StatusCodes.Status500InternalServerError, "ERR_HEALTH_APPID_NOT_MATCH", "dapr app-id does not match").ExecuteAsync(context);
        }

        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return ApiError.Result(StatusCodes.Status500InternalServerError, errorCode, message).ExecuteAsync(context);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private Task ShutDown(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.OnCompleted(() =>
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        });
        return Task.CompletedTask;
    }
}
