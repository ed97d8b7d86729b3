using System.Text.Json;
using Serverless.Contracts;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Storage.Blobs;

namespace Serverless.Workers.Replicas;

/// <summary>Reads the documents of jobs, where the control plane has put them.</summary>
internal static class JobSpecs
{
    /// <param name="uri">The blob.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="JobException">There is none, or it is damaged.</exception>
    public static async Task<JobSpec> ReadAsync(string uri, CancellationToken cancellationToken)
    {
        var (folder, name) = BlobUri.Parse(uri).Split();
        using var store = folder.OpenFolder();
        var text = await store.ReadTextAsync(name, cancellationToken)
            ?? throw new JobException(ErrorCodes.InvalidSpec, $"the job's document {uri} is not there; was the job deleted?");
        try
        {
            return JsonSerializer.Deserialize<JobSpec>(text, ContractsJson.Compact)!;
        }
        catch (JsonException e)
        {
            throw new JobException(ErrorCodes.InvalidSpec, $"the job's document {uri} is damaged: {e.Message}", e);
        }
    }
}
