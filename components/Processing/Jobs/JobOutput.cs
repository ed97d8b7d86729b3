using System.Runtime.CompilerServices;
using System.Text.Json;
using Serverless.Contracts;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Validation;
using Serverless.Processing.Rows;
using Serverless.Storage.Blobs;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Jobs;

/// <summary>Reads the output folder of a job, while it runs and after: a part that is there never changes.</summary>
public sealed class JobOutput : IDisposable
{
    const string PartPrefix = "part-";
    const int PartsAtOnce = 8;

    readonly IBlobStore store;

    JobOutput(string uri, IBlobStore store) => (Uri, this.store) = (uri, store);

    /// <summary>The folder.</summary>
    public string Uri { get; }

    /// <summary>Opens a folder; it need not be there.</summary>
    /// <param name="uri">A path, <c>local://</c> or <c>az://</c>.</param>
    /// <exception cref="JobException">It is no place for an output.</exception>
    public static JobOutput Open(string uri) => Open(uri, "output.uri");

    internal static JobOutput Open(string uri, string field)
    {
        try
        {
            return new JobOutput(uri, BlobUri.Parse(uri).OpenFolder());
        }
        catch (FormatException e)
        {
            throw new JobException(ErrorCodes.InvalidSpec, $"{field}: {e.Message}", e);
        }
    }

    /// <summary>The manifest; null until the job has ended.</summary>
    public Task<Manifest?> ReadManifestAsync(CancellationToken cancellationToken) => ReadAsync<Manifest>(Manifest.FileName, cancellationToken);

    /// <summary>The columns of every part; null until they are known.</summary>
    public async Task<IReadOnlyList<ColumnRecord>?> ReadSchemaAsync(CancellationToken cancellationToken) =>
        (await ReadPlanAsync(cancellationToken))?.Schema ?? (await ReadAsync<SchemaRecord>(SchemaRecord.FileName, cancellationToken))?.Columns;

    /// <summary>The parts that are there, in the order of their rows.</summary>
    public async Task<IReadOnlyList<BlobInfo>> ListPartsAsync(CancellationToken cancellationToken)
    {
        List<BlobInfo> parts = [];
        await foreach (var blob in store.ListAsync(PartPrefix, cancellationToken))
            parts.Add(blob);
        return parts;
    }

    /// <summary>Opens a part to be downloaded.</summary>
    /// <param name="part">Its name.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Its bytes; null if there is no such part.</returns>
    public async Task<Stream?> OpenPartAsync(string part, CancellationToken cancellationToken)
    {
        if (!part.StartsWith(PartPrefix, StringComparison.Ordinal) || part.Contains('/', StringComparison.Ordinal))
            return null;
        try
        {
            return await store.OpenReadAsync(part, cancellation: cancellationToken);
        }
        catch (BlobException e) when (e.Kind == BlobErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <summary>Reads rows of the parts that are there.</summary>
    /// <param name="onlyFailed">Only rows with an error.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<Row> ReadRowsAsync(bool onlyFailed, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var part in await ListPartsAsync(cancellationToken))
        {
            await foreach (var row in ReadPartAsync(part.Name, cancellationToken))
            {
                if (!onlyFailed || row[OutputColumns.Error] is not null)
                    yield return row;
            }
        }
    }

    /// <summary>Reads the rows of one part.</summary>
    internal async IAsyncEnumerable<Row> ReadPartAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var local = await store.GetLocalFileAsync(name, cancellationToken);
        using var file = OpenPart(local.Path, name);
        var shape = new RowShape([.. file.Schema.Columns.Select(column => column.Name)]);
        foreach (var values in file.ReadRows(0, long.MaxValue))
            yield return new Row(shape, values);
    }

    /// <summary>The plan; null until the job is planned.</summary>
    internal Task<JobPlan?> ReadPlanAsync(CancellationToken cancellationToken) => ReadAsync<JobPlan>(JobPlan.FileName, cancellationToken);

    internal PlanPages PagesOf(JobPlan plan) => new(new OutputFolder(store, Uri), plan);

    /// <summary>Reads a range of the plan's shards, each with what its part says of itself, if it is there.</summary>
    /// <param name="first">The first shard.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The shards in their order; none if the job is not planned, or has no shard from the first on.</returns>
    /// <exception cref="JobException">A part is not this job's, or damaged.</exception>
    public async Task<IReadOnlyList<OutputShard>> ReadShardsAsync(int first, int count, CancellationToken cancellationToken)
    {
        if (await ReadPlanAsync(cancellationToken) is not { } plan || first >= plan.Shards)
            return [];
        var (pages, parts) = (PagesOf(plan), new PartFiles(new OutputFolder(store, Uri), plan.Fingerprint));
        var measured = (await ReadManifestAsync(cancellationToken))?.Parts.ToDictionary(part => part.Shard) ?? [];
        List<ShardRecord> records = [];
        await foreach (var record in pages.RangeAsync(first, Math.Min(count, plan.Shards - first), cancellationToken))
            records.Add(record);
        var shards = new OutputShard[records.Count];
        var limits = new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, shards.Length, limits, async (i, token) =>
        {
            var shard = records[i];
            shards[i] = new OutputShard(shard, measured.TryGetValue(shard.Shard, out var part) ? part.RowsFailed : (await parts.TryReadAsync(shard, token))?.RowsFailed);
        });
        return shards;
    }

    /// <summary>Closes the folder.</summary>
    public void Dispose() => store.Dispose();

    ParquetFile OpenPart(string path, string part)
    {
        try
        {
            return ParquetFile.Open(path);
        }
        catch (TableException e)
        {
            throw new JobException(ErrorCodes.OutputCorrupt, $"{Uri}: {part} cannot be read: {e.Message}", e);
        }
    }

    async Task<T?> ReadAsync<T>(string name, CancellationToken cancellationToken)
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
            throw new JobException(ErrorCodes.OutputCorrupt, $"{Uri}: {name} is damaged: {e.Message}", e);
        }
    }
}
