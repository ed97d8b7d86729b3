using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Actors.Http;

/// <summary><c>/v1.0/actors/{type}/{id}/method/{name}</c>: the path that has to be fast.</summary>
internal sealed class InvokeEndpoint(ActorCaller caller)
{
    public async Task CallAsync(HttpContext context, ActorKey actor, string method)
    {
        var request = context.Request;
        using var body = await RequestBody.ReadAsync(request);
        var path = Uri.EscapeDataString(method);
        var call = new ActorCall(request.QueryString.HasValue ? path + request.QueryString.Value : path, body.Memory, request.Headers);
        using var reply = await caller.CallAsync(actor, call, context.RequestAborted);
        await reply.WriteToAsync(context.Response);
    }
}
