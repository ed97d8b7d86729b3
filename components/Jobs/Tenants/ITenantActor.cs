using Dapr.Actors;

namespace Serverless.Jobs.Tenants;

/// <summary>Counts a tenant's jobs that have not ended. Id = tenant. Only tenants with a limit are counted.</summary>
public interface ITenantActor : IActor
{
    /// <summary>Actor type.</summary>
    const string ActorType = "Tenant";

    /// <summary>Takes a place for a job; false if all are taken. A repeated call takes no second one.</summary>
    Task<bool> TakeAsync(TenantPlace place);

    /// <summary>The jobs that have a place, and since when.</summary>
    Task<IReadOnlyDictionary<string, DateTimeOffset>> GetPlacesAsync();

    /// <summary>Gives a job's place back.</summary>
    Task GiveBackAsync(string jobId);
}

/// <summary>A place for a job among at most <see cref="Limit"/>.</summary>
public sealed record TenantPlace(string JobId, int Limit, DateTimeOffset Since);
