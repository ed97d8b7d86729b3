namespace Dapr.Actors.Runtime.State;

/// <summary>Where an actor's state lives: the seam between the cache and the sidecar.</summary>
internal interface IActorStateStore
{
    /// <summary>A value and when it expires, if it is there and has not expired.</summary>
    Task<ConditionalValue<StoredState<T>>> TryReadAsync<T>(string actorType, string actorId, string stateName, CancellationToken cancellationToken);

    /// <summary>Whether a value is there.</summary>
    Task<bool> ContainsAsync(string actorType, string actorId, string stateName, CancellationToken cancellationToken);

    /// <summary>Applies changes, all or none.</summary>
    Task SaveAsync(string actorType, string actorId, IReadOnlyList<ActorStateChange> changes, CancellationToken cancellationToken);
}

/// <summary>A value as read.</summary>
internal readonly record struct StoredState<T>(T Value, DateTimeOffset? Expires);
