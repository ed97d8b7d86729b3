using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.State;

/// <summary>An entry of a state store; Expires is null for one that stays.</summary>
internal sealed record StateEntry(byte[] Value, string ETag, DateTimeOffset? Expires);

/// <summary>
/// A change of one key; a Value of null deletes. With an ETag, the entry must still have it; FirstWrite without one means that there must
/// be no entry yet.
/// </summary>
internal sealed record StateChange(string Key, byte[]? Value, string? ETag, bool FirstWrite, TimeSpan? TimeToLive);

/// <summary>A state store with transactions, ETags and times to live.</summary>
internal interface IStateStore : IComponent
{
    /// <summary>How keys are prefixed: <c>appid</c>, <c>name</c>, <c>none</c> or a text of its own.</summary>
    string KeyPrefix { get; }

    /// <summary>The entries of keys; null where a key has none.</summary>
    /// <exception cref="StateDamagedException">An entry is damaged: it was set aside.</exception>
    ValueTask<IReadOnlyList<StateEntry?>> GetAsync(IReadOnlyList<string> keys);

    /// <summary>Makes all changes or none.</summary>
    /// <exception cref="ETagMismatchException">An entry is not what a change expects.</exception>
    Task ApplyAsync(IReadOnlyList<StateChange> changes);
}

/// <summary>An entry has another ETag than a change expects; nothing was changed.</summary>
internal sealed class ETagMismatchException(string key) : Exception($"possible etag mismatch. error from state store: {key} was changed, deleted or created meanwhile");

/// <summary>An entry cannot be read any more; it was moved to the table "quarantine".</summary>
internal sealed class StateDamagedException(string key) : Exception($"the entry of {key} is damaged; it was moved to the quarantine table, and the key has no entry now");
