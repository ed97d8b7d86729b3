using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Processing.Output;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Datasets;

/// <summary>Rows of files, one file after the other.</summary>
internal sealed class FileSource(string uri, InputFormat format) : IRowSource
{
    FileLocation? opened;

    public JsonNode? Identity => null;

    public async Task<IReadOnlyList<InputFileRecord>> ListAsync(CancellationToken cancellationToken)
    {
        var location = await OpenAsync(cancellationToken);
        return await location.Listing.ListAsync(location.Store, format, cancellationToken);
    }

    public async ValueTask<bool> CoversAsync(BlobUri file, CancellationToken cancellationToken) =>
        (await OpenAsync(cancellationToken)).Listing.Covers(file, format);

    public async Task<FileScanRecord> ScanAsync(
        IReadOnlyList<InputFileRecord> files, int file, int rowsPerRange, long limit, CancellationToken cancellationToken)
    {
        var columns = new SchemaInference();
        List<SourceRange> ranges = [];
        var store = (await OpenAsync(cancellationToken)).Store;
        await CheckUnchangedAsync(store, files[file], cancellationToken);
        var scan = new FileScan(store, files[file].Path, file, rowsPerRange, limit, columns);
        await foreach (var range in FormatOf(files[file].Path).ScanAsync(scan, cancellationToken))
            ranges.Add(range);
        await CheckUnchangedAsync(store, files[file], cancellationToken);
        return new FileScanRecord(ranges.Sum(range => range.Rows), ranges, columns.ToRecords());
    }

    public async IAsyncEnumerable<InputRow> ReadAsync(
        IReadOnlyList<InputFileRecord> files, ShardRecord range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var file = files[range.File];
        var store = (await OpenAsync(cancellationToken)).Store;
        await CheckUnchangedAsync(store, file, cancellationToken);
        long rows = 0;
        await foreach (var row in FormatOf(file.Path).ReadAsync(store, file.Path, range, cancellationToken))
        {
            rows++;
            yield return row;
        }

        await CheckUnchangedAsync(store, file, cancellationToken);
        if (rows != range.Rows)
            throw new JobException(ErrorCodes.InputChanged, $"{file.Path}: shard {range.Shard} was planned with {range.Rows} rows, found {rows}");
    }

    public async IAsyncEnumerable<InputRow> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var store = (await OpenAsync(cancellationToken)).Store;
        foreach (var file in await ListAsync(cancellationToken))
        {
            await foreach (var row in FormatOf(file.Path).StreamAsync(store, file.Path, cancellationToken))
                yield return row;
        }
    }

    // Two callers may do it at once: either's is as good.
    async ValueTask<FileLocation> OpenAsync(CancellationToken cancellationToken) => opened ??= await FileLocation.OpenAsync(uri, cancellationToken);

    static async Task CheckUnchangedAsync(IBlobStore store, InputFileRecord file, CancellationToken cancellationToken)
    {
        var now = await store.GetInfoAsync(file.Path, cancellationToken);
        if (now?.ETag != file.ETag)
        {
            throw new JobException(ErrorCodes.InputChanged,
                $"{file.Path} {(now is null ? "is gone" : "changed")} since the job was planned (ETag {file.ETag}, now {now?.ETag ?? "none"}); restore it, or run the job into another output folder");
        }
    }

    IFileFormat FormatOf(string name) => (format == InputFormat.Auto ? FileListing.FormatOf(name) : format) switch
    {
        InputFormat.Parquet => new ParquetFormat(),
        InputFormat.Jsonl => TextFormat.Jsonl,
        InputFormat.Csv => TextFormat.Csv(name),
        InputFormat.OpenAIBatch => new OpenAIBatchFormat(),
        _ => throw new JobException(ErrorCodes.InvalidInput,
            $"{name}: its ending does not say what it holds; name the format (parquet, jsonl, csv, openai-batch)"),
    };
}
