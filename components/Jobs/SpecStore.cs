using System.Text;
using System.Text.Json;
using Serverless.Contracts;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Storage.Blobs;

namespace Serverless.Jobs;

/// <summary>The specs of jobs, in blob storage: one document a job, created only if absent and never changed, read by workflows and workers.</summary>
public sealed class SpecStore(JobsOptions options)
{
    private const string FileName = "spec.json";

    /// <summary>Writes a job's spec.</summary>
    /// <returns>Where it is, and its hash; the hash of what was there, if something was.</returns>
    public async Task<(string Uri, string Hash)> WriteAsync(JobKey key, JobSpec spec, CancellationToken cancellationToken)
    {
        var text = JsonSerializer.Serialize(spec, ContractsJson.Indented);
        using var store = options.StorageRoot.OpenFolder();
        var name = $"{key.Tenant}/{key.Id}/{FileName}";
        if (!await store.TryCreateAsync(name, Encoding.UTF8.GetBytes(text), cancellationToken))
        {
            text = await store.ReadTextAsync(name, cancellationToken) ?? throw new JobException(ErrorCodes.Io, $"{name} in {options.StorageRoot} was there and is gone; submit the job again");
        }

        return ($"{options.StorageRoot.ToString().TrimEnd('/')}/{name}", HashOf(text));
    }

    /// <summary>Reads a spec.</summary>
    /// <exception cref="JobException">It is not there, or is no spec.</exception>
    public static async Task<JobSpec> ReadAsync(string uri, CancellationToken cancellationToken)
    {
        var slash = uri.LastIndexOf('/');
        using var store = BlobUri.Parse(uri[..slash]).OpenFolder();
        var text = await store.ReadTextAsync(uri[(slash + 1)..], cancellationToken) ?? throw new JobException(ErrorCodes.Storage, $"the job's spec {uri} is gone");
        try
        {
            return JsonSerializer.Deserialize<JobSpec>(text, ContractsJson.Compact)!;
        }
        catch (JsonException error)
        {
            throw new JobException(ErrorCodes.Storage, $"the job's spec {uri} is damaged: {error.Message}", error);
        }
    }

    /// <summary>The hash of a spec, as of what was written.</summary>
    public static string HashOf(JobSpec spec) => HashOf(JsonSerializer.Serialize(spec, ContractsJson.Indented));

    private static string HashOf(string text) => CanonicalJson.Fingerprint(text);
}
