using Microsoft.Extensions.DependencyInjection;

namespace Dapr.Actors.Runtime.Activation;

/// <summary>Gives every type an activator that uses dependency injection.</summary>
internal sealed class ScopedActorActivatorFactory(IServiceProvider services) : ActorActivatorFactory
{
    public override ActorActivator CreateActivator(ActorTypeInformation type) => new ScopedActorActivator(services, type);
}

/// <summary>
/// Makes instances by dependency injection: a constructor takes the <see cref="ActorHost"/> and any services. Each instance has a scope of
/// its own, which ends with it.
/// </summary>
internal sealed class ScopedActorActivator(IServiceProvider services, ActorTypeInformation type) : ActorActivator
{
    private readonly ObjectFactory _construct = ActivatorUtilities.CreateFactory(type.ImplementationType, [typeof(ActorHost)]);

    public override async Task<ActorActivatorState> CreateAsync(ActorHost host)
    {
        var scope = services.CreateAsyncScope();
        try
        {
            return new ScopedState((Actor)_construct(scope.ServiceProvider, [host]), scope);
        }
        catch
        {
            await scope.DisposeAsync();
            throw;
        }
    }

    public override async Task DeleteAsync(ActorActivatorState state)
    {
        // The scope did not make the actor, so it does not dispose of it.
        try
        {
            await new DefaultActorActivator().DeleteAsync(state);
        }
        finally
        {
            await ((ScopedState)state).Scope.DisposeAsync();
        }
    }

    private sealed class ScopedState(Actor actor, AsyncServiceScope scope) : ActorActivatorState(actor)
    {
        public AsyncServiceScope Scope => scope;
    }
}
