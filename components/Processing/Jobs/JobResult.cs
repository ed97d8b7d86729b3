using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Processing.Rows;
using Serverless.Storage.Blobs;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Jobs;

/// <summary>What a finished job left.</summary>
public sealed class JobResult
{
    readonly BlobUri location;

    JobResult(BlobUri location, Manifest manifest, bool wasFinished) =>
        (this.location, Manifest, WasFinished) = (location, manifest, wasFinished);

    /// <summary>The output folder.</summary>
    public string OutputUri => location.ToString();

    /// <summary>Parts, rows, tokens, errors.</summary>
    public Manifest Manifest { get; }

    /// <summary>Whether an earlier run had finished the job, so that nothing was done.</summary>
    public bool WasFinished { get; }

    /// <summary>Reads rows of the output, in the order of the input.</summary>
    /// <param name="limit">How many at most. Default: all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<Row> ReadRowsAsync(
        long limit = long.MaxValue, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var store = location.OpenFolder();
        foreach (var part in Manifest.Parts)
        {
            if (limit <= 0)
                yield break;
            using var local = await FetchAsync(store, part.Name, cancellationToken);
            using var file = Open(local.Path, part.Name);
            var shape = new RowShape([.. file.Schema.Columns.Select(column => column.Name)]);
            foreach (var values in file.ReadRows(0, limit))
            {
                yield return new Row(shape, values);
                limit--;
            }
        }
    }

    async Task<LocalFile> FetchAsync(IBlobStore store, string part, CancellationToken cancellationToken)
    {
        try
        {
            return await store.GetLocalFileAsync(part, cancellationToken);
        }
        catch (BlobException e)
        {
            throw e.Kind == BlobErrorKind.NotFound ? Unreadable(part, e) : JobErrors.Classify(e);
        }
    }

    ParquetFile Open(string path, string part)
    {
        try
        {
            return ParquetFile.Open(path);
        }
        catch (TableException e)
        {
            throw Unreadable(part, e);
        }
    }

    JobException Unreadable(string part, Exception e) => new(ErrorCodes.OutputCorrupt, $"{OutputUri}: {part} cannot be read: {e.Message}", e);

    internal static Task<JobResult> RunAsync(JobDefinition job, JobHost host, IProgress<JobProgress>? progress, CancellationToken cancellationToken) =>
        JobErrors.GuardAsync(
            async () =>
            {
                using var workspace = JobWorkspace.Open(job, host.OpenOutput);
                var (manifest, wasFinished) = await new JobExecution(workspace, host, progress).RunAsync(cancellationToken);
                return new JobResult(workspace.Location, manifest, wasFinished);
            },
            cancellationToken);
}
