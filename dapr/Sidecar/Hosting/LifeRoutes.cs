using Dapr.Sidecar.Store;

namespace Dapr.Sidecar.Hosting;

/// <summary>
/// Health and shutdown (https://docs.dapr.io/reference/api/health_api/). Health is that of the sidecar, an app may come later: it is ill while
/// its store cannot write, and gets well by itself.
/// </summary>
internal sealed class LifeRoutes(AppDirectory apps, SqliteStore store, IHostApplicationLifetime lifetime)
{
    /// <summary>Maps the routes.</summary>
    public void Map(WebApplication host)
    {
        host.MapGet("/v1.0/healthz", context => HealthAsync(context, "ERR_HEALTH_NOT_READY", "dapr is not ready"));
        host.MapGet("/v1.0/healthz/outbound", context => HealthAsync(context, "ERR_OUTBOUND_HEALTH_NOT_READY", "dapr outbound is not ready"));
        host.MapPost("/v1.0/shutdown", ShutDown);
    }

    private async Task HealthAsync(HttpContext context, string errorCode, string message)
    {
        if (context.Request.Query["appid"] is [{ Length: > 0 } expected] && expected != apps.Of(context).Id)
        {
            await ApiError.Result(StatusCodes.Status500InternalServerError, "ERR_HEALTH_APPID_NOT_MATCH", "dapr app-id does not match").ExecuteAsync(context);
        }
        else if (await WhyNotReadyAsync() is { } reason)
        {
            await ApiError.Result(StatusCodes.Status500InternalServerError, errorCode, $"{message}: {reason}").ExecuteAsync(context);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }

    private async Task<string?> WhyNotReadyAsync()
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return "it stops";
        }

        if (store.LastFailure is null)
        {
            return null;
        }

        try
        {
            // Nobody else may write while this is not ready: it tries itself whether the store has recovered.
            await store.WriteAsync(connection =>
            {
                Quarantine.Add(connection, "health", "", "whether the store can write", payload: null, DateTimeOffset.UnixEpoch);
                connection.Execute("DELETE FROM quarantine WHERE source = 'health'");
            });
            return null;
        }
        catch (StoreException error)
        {
            return error.Message;
        }
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
