using System.Text.Json;
using System.Text.Json.Serialization;
using Serverless.Contracts;
using Serverless.Contracts.Specs;

namespace Serverless.Placement.Pools;

/// <summary>What the replicas of a pool are: equal specs share a pool.</summary>
/// <param name="Model">Model and engine arguments, its source pinned to the revision that was planned.</param>
/// <param name="Placement">Where replicas may stand.</param>
/// <param name="Owner">The job that alone may use it (<c>placement.dedicated</c>); null for all.</param>
public sealed record EngineSpec(ModelSpec Model, PlacementSpec Placement, string? Owner = null)
{
    /// <summary>Actor type of pools.</summary>
    public const string ActorType = "EnginePool";

    /// <summary>Actor id of the pool: a hash of what makes its replicas differ from others'.</summary>
    [JsonIgnore]
    public string PoolId => CanonicalJson.Fingerprint(JsonSerializer.SerializeToNode(
        this with { Placement = Placement with { Timeout = null } }, ContractsJson.Compact)!)[..32];
}
