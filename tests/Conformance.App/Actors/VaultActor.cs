using Dapr.Actors;
using Dapr.Actors.Runtime;

namespace Serverless.Conformance.App.Actors;

/// <summary>State that expires.</summary>
public interface IVault : IActor
{
    Task<string> PutAsync(VaultEntry entry);

    /// <summary>Fails where there is no value.</summary>
    Task<string> GetAsync(string key);
}

public sealed record VaultEntry(string Key, string Value, int? TtlSeconds = null);

internal sealed class VaultActor(ActorHost host) : Actor(host), IVault
{
    public async Task<string> PutAsync(VaultEntry entry)
    {
        if (entry.TtlSeconds is { } seconds)
        {
            await StateManager.SetStateAsync(entry.Key, entry.Value, TimeSpan.FromSeconds(seconds));
        }
        else
        {
            await StateManager.SetStateAsync(entry.Key, entry.Value);
        }

        return entry.Value;
    }

    public Task<string> GetAsync(string key) => StateManager.GetStateAsync<string>(key);
}
