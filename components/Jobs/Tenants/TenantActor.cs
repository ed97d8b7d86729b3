using Dapr.Actors.Runtime;

namespace Serverless.Jobs.Tenants;

/// <summary>Keeps the set of a tenant's jobs that have not ended.</summary>
public sealed class TenantActor(ActorHost host) : Actor(host), ITenantActor
{
    private const string StateKey = "jobs";
    private Dictionary<string, DateTimeOffset> _jobs = [];

    /// <inheritdoc />
    protected override async Task OnActivateAsync()
    {
        var jobs = await StateManager.TryGetStateAsync<Dictionary<string, DateTimeOffset>>(StateKey);
        _jobs = jobs.HasValue ? jobs.Value : [];
    }

    /// <inheritdoc />
    public async Task<bool> TakeAsync(TenantPlace place)
    {
        if (_jobs.ContainsKey(place.JobId))
        {
            return true;
        }

        if (_jobs.Count >= place.Limit)
        {
            return false;
        }

        _jobs.Add(place.JobId, place.Since);
        await SaveAsync();
        return true;
    }

    /// <inheritdoc />
    public Task<IReadOnlyDictionary<string, DateTimeOffset>> GetPlacesAsync() => Task.FromResult<IReadOnlyDictionary<string, DateTimeOffset>>(_jobs);

    /// <inheritdoc />
    public async Task GiveBackAsync(string jobId)
    {
        if (_jobs.Remove(jobId))
        {
            await SaveAsync();
        }
    }

    private async Task SaveAsync()
    {
        await StateManager.SetStateAsync(StateKey, _jobs);
        await StateManager.SaveStateAsync();
    }
}
