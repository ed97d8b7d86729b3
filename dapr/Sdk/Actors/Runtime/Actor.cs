using Dapr.Actors.Client;
using Microsoft.Extensions.Logging;

namespace Dapr.Actors.Runtime;

/// <summary>
/// The base of all actors. An instance lives from its first call until the sidecar deactivates it. The sidecar gives an actor one call at a
/// time, unless re-entrance is on and the call belongs to a chain that the actor is waiting in.
/// </summary>
public abstract partial class Actor
{
    /// <summary>An instance for a host.</summary>
    protected Actor(ActorHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        Host = host;
        Logger = host.LoggerFactory.CreateLogger(GetType());
        StateManager = new ActorStateManager(this);
    }

    /// <summary>The actor's logger, named by its class.</summary>
    protected ILogger Logger { get; }

    /// <summary>The actor's id.</summary>
    public ActorId Id => Host.Id;

    /// <summary>Who the actor is and what it talks to.</summary>
    public ActorHost Host { get; }

    /// <summary>Makes proxies of other actors.</summary>
    public IActorProxyFactory ProxyFactory => Host.ProxyFactory;

    /// <summary>The actor's state. A unit test may set a double.</summary>
    public IActorStateManager StateManager { get; protected set; }

    /// <summary>Saves the state's changes now, in one transaction, not only after the call.</summary>
    protected Task SaveStateAsync() => StateManager.SaveStateAsync();

    /// <summary>Runs before the first call; what it changes of the state is saved. Should it throw, there is no instance.</summary>
    protected virtual Task OnActivateAsync() => Task.CompletedTask;

    /// <summary>Runs before the instance goes; what it changes of the state is not saved.</summary>
    protected virtual Task OnDeactivateAsync() => Task.CompletedTask;

    /// <summary>Runs before every call, timer and reminder.</summary>
    protected virtual Task OnPreActorMethodAsync(ActorMethodContext actorMethodContext) => Task.CompletedTask;

    /// <summary>Runs after every call, timer and reminder that did not throw, before the state is saved.</summary>
    protected virtual Task OnPostActorMethodAsync(ActorMethodContext actorMethodContext) => Task.CompletedTask;

    /// <summary>Runs after a call, timer or reminder that threw, before the changes of the state are dropped.</summary>
    protected virtual Task OnActorMethodFailedAsync(ActorMethodContext actorMethodContext, Exception e) => Task.CompletedTask;

    internal async Task ActivateAsync()
    {
        await StateManager.ClearCacheAsync();
        await OnActivateAsync();
        await StateManager.SaveStateAsync();
    }

    internal async Task DeactivateAsync()
    {
        await StateManager.ClearCacheAsync();
        await OnDeactivateAsync();
    }

    internal Task BeforeCallAsync(ActorMethodContext context) => OnPreActorMethodAsync(context);

    internal async Task AfterCallAsync(ActorMethodContext context)
    {
        await OnPostActorMethodAsync(context);
        await StateManager.SaveStateAsync();
    }

    internal async Task AfterFailureAsync(ActorMethodContext context, Exception exception)
    {
        try
        {
            await OnActorMethodFailedAsync(context, exception);
        }
        finally
        {
            await StateManager.ClearCacheAsync();
        }
    }
}
