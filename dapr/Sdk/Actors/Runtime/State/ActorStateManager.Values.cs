using Dapr.Actors.Runtime.State;

namespace Dapr.Actors.Runtime;

internal sealed partial class ActorStateManager
{
    public Task AddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) =>
        AddAsync(stateName, value, ttl: null, cancellationToken);

    public Task AddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        AddAsync(stateName, value, ttl, cancellationToken);

    public Task<bool> TryAddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) =>
        TryAddAsync(stateName, value, ttl: null, cancellationToken);

    public Task<bool> TryAddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        TryAddAsync(stateName, value, ttl, cancellationToken);

    public Task SetStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) =>
        SetAsync(stateName, value, ttl: null, cancellationToken);

    public Task SetStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        SetAsync(stateName, value, ttl, cancellationToken);

    public Task<T> GetOrAddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) =>
        GetOrAddAsync(stateName, value, ttl: null, cancellationToken);

    public Task<T> GetOrAddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        GetOrAddAsync(stateName, value, ttl, cancellationToken);

    public Task<T> AddOrUpdateStateAsync<T>(
        string stateName, T addValue, Func<string, T, T> updateValueFactory, CancellationToken cancellationToken = default) =>
        AddOrUpdateAsync(stateName, addValue, updateValueFactory, ttl: null, cancellationToken);

    public Task<T> AddOrUpdateStateAsync<T>(
        string stateName, T addValue, Func<string, T, T> updateValueFactory, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        AddOrUpdateAsync(stateName, addValue, updateValueFactory, ttl, cancellationToken);

    public async Task<T> GetStateAsync<T>(string stateName, CancellationToken cancellationToken = default)
    {
        var found = await TryGetStateAsync<T>(stateName, cancellationToken);
        return found.HasValue ? found.Value : throw NotFound(stateName);
    }

    public async Task<ConditionalValue<T>> TryGetStateAsync<T>(string stateName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        var tracked = Tracked;
        if (tracked.TryGetValue(stateName, out var state))
        {
            return state.Kind == StateChangeKind.Remove || state.IsExpired(Now) ? default : new(hasValue: true, (T)state.Value!);
        }

        var stored = await ReadAsync<T>(stateName, cancellationToken);
        if (!stored.HasValue)
        {
            return default;
        }

        tracked[stateName] = new TrackedState(stored.Value.Value, typeof(T), StateChangeKind.None, stored.Value.Expires);
        return new(hasValue: true, stored.Value.Value);
    }

    public async Task<bool> ContainsStateAsync(string stateName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        return Tracked.TryGetValue(stateName, out var state)
            ? state.Kind != StateChangeKind.Remove
            : await StoreContainsAsync(stateName, cancellationToken);
    }

    public async Task RemoveStateAsync(string stateName, CancellationToken cancellationToken = default)
    {
        if (!await TryRemoveStateAsync(stateName, cancellationToken))
        {
            throw NotFound(stateName);
        }
    }

    public async Task<bool> TryRemoveStateAsync(string stateName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        var tracked = Tracked;
        if (tracked.TryGetValue(stateName, out var state))
        {
            if (state.IsExpired(Now))
            {
                tracked.Remove(stateName);
                return false;
            }

            switch (state.Kind)
            {
                case StateChangeKind.Remove:
                    return false;
                case StateChangeKind.Add:
                    tracked.Remove(stateName);
                    return true;
                default:
                    state.Remove();
                    return true;
            }
        }

        if (!await StoreContainsAsync(stateName, cancellationToken))
        {
            return false;
        }

        tracked[stateName] = new TrackedState(value: null, typeof(object), StateChangeKind.Remove, expires: null);
        return true;
    }

    private async Task AddAsync<T>(string stateName, T value, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        if (!await TryAddAsync(stateName, value, ttl, cancellationToken))
        {
            throw new InvalidOperationException($"The actor state name '{stateName}' already exist.");
        }
    }

    private async Task<bool> TryAddAsync<T>(string stateName, T value, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        var tracked = Tracked;
        if (tracked.TryGetValue(stateName, out var state))
        {
            if (state.Kind != StateChangeKind.Remove && !state.IsExpired(Now))
            {
                return false;
            }

            tracked[stateName] = New(value, StateChangeKind.Update, ttl);
            return true;
        }

        if (await StoreContainsAsync(stateName, cancellationToken))
        {
            return false;
        }

        tracked[stateName] = New(value, StateChangeKind.Add, ttl);
        return true;
    }

    private async Task SetAsync<T>(string stateName, T value, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        var tracked = Tracked;
        if (tracked.TryGetValue(stateName, out var state))
        {
            state.Set(value, After(ttl));
            return;
        }

        var exists = await StoreContainsAsync(stateName, cancellationToken);
        tracked[stateName] = New(value, exists ? StateChangeKind.Update : StateChangeKind.Add, ttl);
    }

    private async Task<T> GetOrAddAsync<T>(string stateName, T value, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        var found = await TryGetStateAsync<T>(stateName, cancellationToken);
        if (found.HasValue)
        {
            return found.Value;
        }

        // What is tracked here was removed or has expired: the store may still hold it.
        var tracked = Tracked;
        tracked[stateName] = New(value, tracked.ContainsKey(stateName) ? StateChangeKind.Update : StateChangeKind.Add, ttl);
        return value;
    }

    private async Task<T> AddOrUpdateAsync<T>(
        string stateName, T addValue, Func<string, T, T> updateValueFactory, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        var tracked = Tracked;
        if (tracked.TryGetValue(stateName, out var state))
        {
            if (state.Kind == StateChangeKind.Remove)
            {
                tracked[stateName] = New(addValue, StateChangeKind.Update, ttl);
                return addValue;
            }

            var changed = updateValueFactory(stateName, (T)state.Value!);
            state.Update(changed);
            return changed;
        }

        var stored = await ReadAsync<T>(stateName, cancellationToken);
        var value = stored.HasValue ? updateValueFactory(stateName, stored.Value.Value) : addValue;
        tracked[stateName] = New(value, stored.HasValue ? StateChangeKind.Update : StateChangeKind.Add, ttl);
        return value;
    }

    private TrackedState New<T>(T value, StateChangeKind kind, TimeSpan? ttl) => new(value, typeof(T), kind, After(ttl));

    private static KeyNotFoundException NotFound(string stateName) => new($"Actor State with name {stateName} was not found.");
}
