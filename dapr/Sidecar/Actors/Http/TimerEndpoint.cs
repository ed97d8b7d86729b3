using Dapr.Sidecar.Actors.Timers;
using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Actors.Http;

/// <summary><c>/v1.0/actors/{type}/{id}/timers/{name}</c>.</summary>
internal sealed class TimerEndpoint(ActorTimers timers, AppDirectory apps)
{
    public async Task SetAsync(HttpContext context, ActorKey actor, string name)
    {
        using var body = await RequestBody.ReadAsync(context.Request);
        timers.Set(apps.Of(context), actor, name, body.Memory);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public Task DeleteAsync(HttpContext context, ActorKey actor, string name)
    {
        timers.Delete(apps.Of(context), actor, name);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
