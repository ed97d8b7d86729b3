using System.Text.Json;
using Serverless.Contracts;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Jobs;

/// <summary>
/// The folder that a job writes into. Everything that resuming needs lies here: whose it is (<c>_job.json</c>), the plan, the parts.
/// Every file is created only if absent, so processes that run the same job at once agree on the first one's.
/// </summary>
internal sealed class OutputFolder(IBlobStore store, string uri)
{
    const string PartPrefix = "part-";

    /// <summary>Below it retries of the job write.</summary>
    const string RetryPrefix = "_retry/";

    public IBlobStore Store => store;

    public string Uri => uri;

    /// <summary>Whether the folder must still be taken for a job; false if it is this job's already.</summary>
    /// <exception cref="JobException">It holds something else that the mode leaves alone (<see cref="ErrorCodes.OutputNotEmpty"/>).</exception>
    public async Task<bool> IsFreeAsync(JobRecord record, OutputMode mode, CancellationToken cancellationToken)
    {
        if (await ReadAsync<JobRecord>(JobRecord.FileName, cancellationToken) is not { } existing)
        {
            await CheckNoForeignFilesAsync(mode, cancellationToken);
            return true;
        }

        return existing.Fingerprint != record.Fingerprint && (mode == OutputMode.Overwrite ? true : throw Occupied(existing, record));
    }

    /// <summary>Takes the folder for a job, or finds that it is this job's already.</summary>
    /// <returns>The record that stands in the folder: this one, or that of an earlier run of the same job.</returns>
    /// <exception cref="JobException">The folder holds something else (<see cref="ErrorCodes.OutputNotEmpty"/>).</exception>
    public async Task<JobRecord> ClaimAsync(JobRecord record, OutputMode mode, CancellationToken cancellationToken)
    {
        if (await ReadAsync<JobRecord>(JobRecord.FileName, cancellationToken) is not { } existing)
        {
            await CheckNoForeignFilesAsync(mode, cancellationToken);
            existing = await CreateOrReadAsync(JobRecord.FileName, record, cancellationToken);
        }

        if (existing.Fingerprint == record.Fingerprint)
            return existing;
        if (mode != OutputMode.Overwrite)
            throw Occupied(existing, record);
        await RemoveJobAsync(cancellationToken);
        await CheckNoForeignFilesAsync(mode, cancellationToken);
        existing = await CreateOrReadAsync(JobRecord.FileName, record, cancellationToken);
        return existing.Fingerprint == record.Fingerprint ? existing : throw Occupied(existing, record);
    }

    public async Task<T?> ReadAsync<T>(string name, CancellationToken cancellationToken)
        where T : class
    {
        if (await store.ReadTextAsync(name, cancellationToken) is not { } text)
            return null;
        try
        {
            return JsonSerializer.Deserialize<T>(text, ContractsJson.Compact);
        }
        catch (JsonException e)
        {
            throw new JobException(ErrorCodes.OutputCorrupt, $"{uri}: {name} is damaged: {e.Message}; remove the folder and run the job again", e);
        }
    }

    /// <summary>Writes a document unless it is there, and gives what is there.</summary>
    public async Task<T> CreateOrReadAsync<T>(string name, T document, CancellationToken cancellationToken)
        where T : class
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(document, ContractsJson.Indented);
        return await store.TryCreateAsync(name, content, cancellationToken)
            ? document
            : await ReadAsync<T>(name, cancellationToken) ?? throw new JobException(ErrorCodes.Io, $"{uri}: {name} was there and is gone");
    }

    public async Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) => await store.GetInfoAsync(name, cancellationToken) is not null;

    /// <summary>Whose folder it is.</summary>
    /// <exception cref="JobException">Nobody's.</exception>
    public async Task<JobRecord> ReadClaimAsync(CancellationToken cancellationToken) =>
        await ReadAsync<JobRecord>(JobRecord.FileName, cancellationToken)
            ?? throw new JobException(ErrorCodes.OutputCorrupt, $"{uri}: {JobRecord.FileName} is missing; the folder must be claimed first");

    /// <summary>The parts that are there.</summary>
    public IAsyncEnumerable<BlobInfo> ListPartsAsync(CancellationToken cancellationToken) => store.ListAsync(PartPrefix, cancellationToken);

    /// <summary>Checks that everything that a finished job's manifest names is there.</summary>
    /// <exception cref="JobException">Somebody took a part away or changed it.</exception>
    public async Task CheckCompleteAsync(Manifest manifest, JobRecord record, CancellationToken cancellationToken)
    {
        const string Again = $"remove {Manifest.SuccessFileName} and {Manifest.FileName} too and run the job again to make it anew";
        if (manifest.Fingerprint != record.Fingerprint)
            throw new JobException(ErrorCodes.OutputCorrupt, $"{uri}: {Manifest.FileName} is another job's; choose another folder");
        var sizes = new Dictionary<string, long>();
        await foreach (var blob in store.ListAsync(PartPrefix, cancellationToken))
            sizes[blob.Name] = blob.Size;
        foreach (var part in manifest.Parts)
        {
            if (!sizes.TryGetValue(part.Name, out var size))
                throw new JobException(ErrorCodes.OutputCorrupt, $"{uri}: the job is finished, but {part.Name} is gone; {Again}");
            if (size != part.Bytes)
                throw new JobException(ErrorCodes.OutputCorrupt, $"{uri}: the job is finished, but {part.Name} has {size} bytes instead of {part.Bytes}; remove it, {Again}");
        }
    }

    /// <summary>Removes what lies under <c>_work/</c>; the manifest holds all that mattered of it.</summary>
    public async Task SweepWorkAsync(CancellationToken cancellationToken)
    {
        List<string> names = [];
        await foreach (var blob in store.ListAsync("_work/", cancellationToken))
            names.Add(blob.Name);
        foreach (var name in names)
            await store.DeleteAsync(name, cancellationToken);
    }

    /// <summary>The job that the folder belongs to goes away: its marks of completeness first, its name last, so that a crash in between leaves
    /// a folder that is known to be that job's and incomplete.</summary>
    public async Task RemoveJobAsync(CancellationToken cancellationToken)
    {
        await store.DeleteAsync(Manifest.SuccessFileName, cancellationToken);
        await store.DeleteAsync(Manifest.FileName, cancellationToken);
        List<string> names = [];
        await foreach (var blob in store.ListAsync(cancellation: cancellationToken))
        {
            if (IsOurs(blob.Name) && blob.Name != JobRecord.FileName)
                names.Add(blob.Name);
        }

        foreach (var name in names)
            await store.DeleteAsync(name, cancellationToken);
        await store.DeleteAsync(JobRecord.FileName, cancellationToken);
    }

    async Task CheckNoForeignFilesAsync(OutputMode mode, CancellationToken cancellationToken)
    {
        if (mode == OutputMode.Resume)
            return;
        await foreach (var blob in store.ListAsync(cancellation: cancellationToken))
        {
            // Another process may have begun the same job a moment ago.
            if (!IsOurs(blob.Name))
            {
                throw new JobException(ErrorCodes.OutputNotEmpty,
                    $"{uri} holds files that no job wrote, such as {blob.Name}; choose another folder, or say \"mode: resume\" to leave them there");
            }
        }
    }

    static bool IsOurs(string name) =>
        name.StartsWith("_plan/", StringComparison.Ordinal) || name.StartsWith("_work/", StringComparison.Ordinal) || name.StartsWith(RetryPrefix, StringComparison.Ordinal)
        || name is JobRecord.FileName or JobPlan.FileName or SchemaRecord.FileName or Manifest.FileName or Manifest.SuccessFileName
        || (name.StartsWith(PartPrefix, StringComparison.Ordinal) && name.EndsWith(".parquet", StringComparison.Ordinal) && !name.Contains('/'));

    JobException Occupied(JobRecord existing, JobRecord record) => new(ErrorCodes.OutputNotEmpty,
        $"{uri} holds the output of another job ({existing.Name ?? existing.JobId}); what differs (there -> here):\n  "
        + string.Join("\n  ", JobDifference.Describe(existing.Identity, record.Identity))
        + "\nchoose another folder, undo the change to go on with that job, or say \"mode: overwrite\" to replace it");
}
