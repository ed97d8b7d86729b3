namespace Dapr.Actors.Runtime;

/// <summary>Makes instances by a constructor that takes an <see cref="ActorHost"/> and nothing else, without dependency injection.</summary>
public class DefaultActorActivator : ActorActivator
{
    /// <inheritdoc />
    public override Task<ActorActivatorState> CreateAsync(ActorHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        var actor = (Actor)Activator.CreateInstance(host.ActorTypeInfo.ImplementationType, host)!;
        return Task.FromResult(new ActorActivatorState(actor));
    }

    /// <inheritdoc />
    public override async Task DeleteAsync(ActorActivatorState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        switch (state.Actor)
        {
            case IAsyncDisposable disposable:
                await disposable.DisposeAsync();
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
            default:
                break;
        }
    }
}
