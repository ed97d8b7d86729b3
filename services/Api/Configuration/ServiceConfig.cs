using System.Text.Json.Serialization;
using Serverless.Contracts.Validation;
using Serverless.Jobs.Tenants;
using Serverless.Processing.Specs;

namespace Serverless.Api.Configuration;

/// <summary>The service's configuration: one YAML file (<c>--config</c>, or <c>SERVERLESS_CONFIG</c>), read when the service starts. Without one nothing is limited.</summary>
public sealed record ServiceConfig
{
    /// <summary>Means all tenants that are not named.</summary>
    public const string AnyTenant = "*";

    /// <summary>What tenants may do, by tenant; <c>*</c> is for all others. Default: everything, for every tenant.</summary>
    [JsonPropertyName("tenants")]
    public IReadOnlyDictionary<string, TenantPolicy> Tenants { get; init; } = new Dictionary<string, TenantPolicy>();

    /// <summary>How many requests a tenant may make, by tenant; <c>*</c> is for each of the others. Default: no limit.</summary>
    [JsonPropertyName("rate_limits")]
    public IReadOnlyDictionary<string, RateLimit> RateLimits { get; init; } = new Dictionary<string, RateLimit>();

    /// <summary>Kinds of workers that may come. Once any is declared, a job that fits none of them and no worker that is there is infeasible. Default: none.</summary>
    [JsonPropertyName("node_pools")]
    public IReadOnlyList<NodePoolConfig> NodePools { get; init; } = [];

    /// <summary>Model folders, and folders of them, that <c>GET /models</c> shows. Default: none.</summary>
    [JsonPropertyName("model_folders")]
    public IReadOnlyList<string> ModelFolders { get; init; } = [];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; null or empty: <c>SERVERLESS_CONFIG</c>, and without that no configuration.</param>
    /// <exception cref="FormatException">Everything that is wrong, a line each, with file, line and field.</exception>
    public static ServiceConfig Read(string? path)
    {
        path = string.IsNullOrEmpty(path) ? Environment.GetEnvironmentVariable("SERVERLESS_CONFIG") : path;
        return string.IsNullOrEmpty(path) ? new ServiceConfig() : ConfigFile.Read<ServiceConfig>(path, config => config.Check());
    }

    /// <summary>The limit of a tenant's requests; null if there is none.</summary>
    public RateLimit? RateLimitOf(string tenant) => RateLimits.GetValueOrDefault(tenant) ?? RateLimits.GetValueOrDefault(AnyTenant);

    private IEnumerable<SpecError> Check() =>
    [
        .. Tenants.SelectMany(tenant => tenant.Value.Check($"tenants.{tenant.Key}")),
        .. RateLimits.SelectMany(limit => limit.Value.Check($"rate_limits.{limit.Key}")),
        .. NodePools.SelectMany((pool, index) => pool.Check($"node_pools[{index}]")),
        .. NodePools.Index().Where(pool => NodePools.Take(pool.Index).Any(other => other.Name == pool.Item.Name))
            .Select(pool => new SpecError($"node_pools[{pool.Index}].name", $"two node pools are named \"{pool.Item.Name}\"; names are unique")),
    ];
}
