using Dapr.Actors.Runtime.State;

namespace Dapr.Actors.Runtime;

/// <summary>
/// The cache over an actor's state. A call that belongs to a chain that may re-enter the actor has a cache of its own, since calls inside of
/// it change what is stored; see <see cref="EnterChain"/>.
/// </summary>
internal sealed partial class ActorStateManager(Actor actor) : IActorStateManager
{
    private readonly Dictionary<string, TrackedState> _activation = new(StringComparer.Ordinal);
    private readonly AsyncLocal<Dictionary<string, TrackedState>?> _chain = new();

    private Dictionary<string, TrackedState> Tracked => _chain.Value ?? _activation;

    private IActorStateStore Store => actor.Host.StateStore ?? throw new InvalidOperationException(
        "This actor has no sidecar behind it, so it has no state. In a unit test, set Actor.StateManager to a double.");

    private DateTimeOffset Now => actor.Host.Time.GetUtcNow();

    /// <summary>Gives the current flow a fresh cache, until <see cref="LeaveChain"/>.</summary>
    public void EnterChain() => _chain.Value = new Dictionary<string, TrackedState>(StringComparer.Ordinal);

    /// <summary>Gives the current flow the activation's cache back.</summary>
    public void LeaveChain() => _chain.Value = null;

    public Task UnloadStateAsync(string stateName, UnloadStateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        var tracked = Tracked;
        if (tracked.TryGetValue(stateName, out var state) && state.Kind != StateChangeKind.None && options?.AllowUnloadingWhenStateModified != true)
        {
            throw new InvalidOperationException(
                $"The actor state '{stateName}' has changes that are not saved. Save them first, or set AllowUnloadingWhenStateModified to lose them.");
        }

        tracked.Remove(stateName);
        return Task.CompletedTask;
    }

    public Task ClearCacheAsync(CancellationToken cancellationToken = default)
    {
        Tracked.Clear();
        return Task.CompletedTask;
    }

    public async Task SaveStateAsync(CancellationToken cancellationToken = default)
    {
        var tracked = Tracked;
        List<ActorStateChange>? changes = null;
        foreach (var (name, state) in tracked)
        {
            if (state.Kind != StateChangeKind.None)
            {
                (changes ??= []).Add(new ActorStateChange(name, state.Type, state.Value, state.Kind, state.Expires));
            }
        }

        if (changes is null)
        {
            return;
        }

        // Before the transaction, not after it: what the actor changes meanwhile is a new change.
        foreach (var change in changes)
        {
            if (change.ChangeKind == StateChangeKind.Remove)
            {
                tracked.Remove(change.StateName);
            }
            else
            {
                tracked[change.StateName].MarkSaved();
            }
        }

        try
        {
            await Store.SaveAsync(actor.Host.ActorTypeInfo.ActorTypeName, actor.Id.GetId(), changes, cancellationToken);
        }
        catch
        {
            // Whether it was saved is not known: an actor that goes on all the same reads what is there.
            tracked.Clear();
            throw;
        }

        if (!ReferenceEquals(tracked, _activation))
        {
            // Timers and reminders belong to no chain: they must not go on with what this chain has just replaced.
            foreach (var change in changes)
            {
                _activation.Remove(change.StateName);
            }
        }
    }

    private Task<ConditionalValue<StoredState<T>>> ReadAsync<T>(string stateName, CancellationToken cancellationToken) =>
        Store.TryReadAsync<T>(actor.Host.ActorTypeInfo.ActorTypeName, actor.Id.GetId(), stateName, cancellationToken);

    private Task<bool> StoreContainsAsync(string stateName, CancellationToken cancellationToken) =>
        Store.ContainsAsync(actor.Host.ActorTypeInfo.ActorTypeName, actor.Id.GetId(), stateName, cancellationToken);

    private DateTimeOffset? After(TimeSpan? ttl) => ttl is { } time ? Now + time : null;
}
