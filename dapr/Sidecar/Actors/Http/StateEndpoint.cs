using System.Globalization;
using Dapr.Sidecar.Actors.State;
using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Actors.Http;

/// <summary>
/// State of an actor, for the app in which it is active: an app that lost the actor meanwhile can neither read nor write, so that two
/// activations never write over each other.
/// </summary>
internal sealed class StateEndpoint(ActorStateStore state, ActorTable table, AppDirectory apps)
{
    public async Task GetAsync(HttpContext context, ActorKey actor, string key)
    {
        EnsureActive(context, actor);
        var response = context.Response;
        if (await state.GetAsync(actor, key) is not { } value)
        {
            response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        if (value.ExpiresAt is { } end)
        {
            response.Headers["Metadata.ttlExpireTime"] = end.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);
        }

        response.ContentType = "application/json";
        response.ContentLength = value.Value.Length;
        await response.Body.WriteAsync(value.Value);
    }

    public async Task ApplyAsync(HttpContext context, ActorKey actor, string _)
    {
        using var body = await RequestBody.ReadAsync(context.Request);
        var changes = StateChange.ParseAll(body.Memory);
        EnsureActive(context, actor);
        await state.ApplyAsync(actor, changes);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private void EnsureActive(HttpContext context, ActorKey actor)
    {
        if (table.Find(actor, apps.Of(context)) is null)
        {
            throw ActorException.NotActive();
        }
    }
}
