using Serverless.Jobs.Tenants;
using Serverless.Storage.Blobs;

namespace Serverless.Jobs;

/// <summary>What the jobs of a service need to know of it.</summary>
public sealed class JobsOptions
{
    /// <summary>Where the documents of jobs are kept: a folder, or <c>az://container/path</c>. Workers read them there.</summary>
    public required BlobUri StorageRoot { get; init; }

    /// <summary>What tenants may do, by tenant; <c>*</c> is for all others. Default: everything, for every tenant.</summary>
    public IReadOnlyDictionary<string, TenantPolicy> Tenants { get; init; } = new Dictionary<string, TenantPolicy>();

    /// <summary>The policy of a tenant.</summary>
    public TenantPolicy PolicyOf(string tenant) => Tenants.GetValueOrDefault(tenant) ?? Tenants.GetValueOrDefault("*") ?? TenantPolicy.Unlimited;
}
