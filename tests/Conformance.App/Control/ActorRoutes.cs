using System.Text.Json;
using Dapr.Actors;
using Dapr.Actors.Client;

namespace Serverless.Conformance.App.Control;

/// <summary>Weakly typed proxies: any method of any actor, by name.</summary>
internal static class ActorRoutes
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/actors/{type}/{id}/{method}", CallAsync);

    private static async Task<Answer> CallAsync(IActorProxyFactory factory, string type, string id, string method, Payload payload)
    {
        var proxy = factory.Create(new ActorId(id), type);
        return new Answer(payload.Value is { } value
            ? await proxy.InvokeMethodAsync<JsonElement, JsonElement?>(method, value)
            : await proxy.InvokeMethodAsync<JsonElement?>(method));
    }

    private sealed record Answer(JsonElement? Value);
}
