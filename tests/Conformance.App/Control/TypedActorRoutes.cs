using Dapr.Actors;
using Dapr.Actors.Client;
using Serverless.Conformance.App.Actors;

namespace Serverless.Conformance.App.Control;

/// <summary>Typed proxies: one route per interface method.</summary>
internal static class TypedActorRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/typed/{id}/count", (IActorProxyFactory factory, string id, int by) =>
            Proxy<ICounter>(factory, id, nameof(CounterActor)).AddAsync(by));
        routes.MapPost("/typed/{id}/fail", (IActorProxyFactory factory, string id) =>
            Proxy<IFaulty>(factory, id, nameof(FaultyActor)).FailAsync());
        routes.MapPost("/typed/{id}/recurse", (IActorProxyFactory factory, string id, int depth) =>
            Proxy<IReentrant>(factory, id, nameof(ReentrantActor)).RecurseAsync(depth));
        routes.MapPost("/typed/{id}/adopt", (IActorProxyFactory factory, string id, Adoption adoption) =>
            Proxy<IShelter>(factory, id, nameof(ShelterActor)).AdoptAsync(adoption));
        routes.MapPost("/typed/{id}/rename", (IActorProxyFactory factory, string id, string name) =>
            Proxy<INamed>(factory, id, nameof(ShelterActor)).RenameAsync(name));
        routes.MapPost("/typed/{id}/walk", async (IActorProxyFactory factory, string id, string animal) =>
            (await Proxy<IShelter>(factory, id, nameof(ShelterActor)).WalkAsync(animal == "dog" ? new Dog("Rex", 7) : new Cat("Tom", true))).GetType().Name);
        routes.MapPost("/typed/{id}/nobody", async (IActorProxyFactory factory, string id) =>
            new { Value = await factory.Create(new ActorId(id), nameof(ShelterActor)).InvokeMethodAsync<Adoption>(nameof(IShelter.NobodyAsync)) });
    }

    private static T Proxy<T>(IActorProxyFactory factory, string id, string type)
        where T : IActor => factory.CreateActorProxy<T>(new ActorId(id), type);
}
