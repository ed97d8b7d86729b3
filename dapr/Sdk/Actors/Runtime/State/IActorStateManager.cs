namespace Dapr.Actors.Runtime;

/// <summary>
/// An actor's state: values by name, written as JSON. Values that were read or set stay in a cache until the actor is deactivated or a call
/// fails. Changes are saved after the call, all in one transaction; a call that throws saves nothing. A time to live counts from the
/// moment that it is set, in steps of seconds.
/// </summary>
public interface IActorStateManager
{
    /// <summary>Drops one value from the cache, to free memory or to read it again.</summary>
    /// <exception cref="InvalidOperationException">The value has changed and the options do not allow to lose that.</exception>
    Task UnloadStateAsync(string stateName, UnloadStateOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Adds a value.</summary>
    /// <exception cref="InvalidOperationException">There is one of that name.</exception>
    Task AddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default);

    /// <summary>Adds a value that expires.</summary>
    /// <exception cref="InvalidOperationException">There is one of that name.</exception>
    Task AddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <summary>Reads a value.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name, or it has expired.</exception>
    Task<T> GetStateAsync<T>(string stateName, CancellationToken cancellationToken = default);

    /// <summary>Sets a value, which then does not expire.</summary>
    Task SetStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default);

    /// <summary>Sets a value that expires.</summary>
    Task SetStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <summary>Removes a value.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    Task RemoveStateAsync(string stateName, CancellationToken cancellationToken = default);

    /// <summary>Adds a value unless there is one of that name; says whether it did.</summary>
    Task<bool> TryAddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default);

    /// <summary>Adds a value that expires unless there is one of that name; says whether it did.</summary>
    Task<bool> TryAddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <summary>Reads a value if there is one.</summary>
    Task<ConditionalValue<T>> TryGetStateAsync<T>(string stateName, CancellationToken cancellationToken = default);

    /// <summary>Removes a value if there is one; says whether there was.</summary>
    Task<bool> TryRemoveStateAsync(string stateName, CancellationToken cancellationToken = default);

    /// <summary>Whether there is a value. For a value in the cache its expiry is not looked at.</summary>
    Task<bool> ContainsStateAsync(string stateName, CancellationToken cancellationToken = default);

    /// <summary>Reads a value, and adds it if there is none.</summary>
    Task<T> GetOrAddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default);

    /// <summary>Reads a value, and adds one that expires if there is none.</summary>
    Task<T> GetOrAddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <summary>Adds a value, or sets it from the one there is.</summary>
    Task<T> AddOrUpdateStateAsync<T>(string stateName, T addValue, Func<string, T, T> updateValueFactory, CancellationToken cancellationToken = default);

    /// <summary>Adds a value that expires, or sets it from the one there is. A value in the cache keeps the expiry it has.</summary>
    Task<T> AddOrUpdateStateAsync<T>(
        string stateName, T addValue, Func<string, T, T> updateValueFactory, TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <summary>Drops the whole cache, changes that were not saved included.</summary>
    Task ClearCacheAsync(CancellationToken cancellationToken = default);

    /// <summary>Saves all changes in one transaction. The runtime does this after every call.</summary>
    Task SaveStateAsync(CancellationToken cancellationToken = default);
}
