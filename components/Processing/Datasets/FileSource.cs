using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Processing.Output;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Datasets;

/// <summary>Rows of files, one file after the other.</summary>
internal sealed class FileSource : IRowSource
{
    readonly InputFormat format;
    readonly Lazy<(FileListing Listing, IBlobStore Store)> location;

    public FileSource(string uri, InputFormat format)
    {
        this.format = format;
        location = new(() =>
        {
            var listing = FileListing.Parse(uri);
            return (listing, BlobUri.Parse(listing.Root).OpenFolder());
        });
    }

    public JsonNode? Identity => null;

    IBlobStore Store => location.Value.Store;

    public Task<IReadOnlyList<InputFileRecord>> ListAsync(CancellationToken cancellationToken) =>
        location.Value.Listing.ListAsync(Store, format, cancellationToken);

    public bool Covers(string path) => location.Value.Listing.Covers(path, format);

    public async Task<FileScanRecord> ScanAsync(
        IReadOnlyList<InputFileRecord> files, int file, int rowsPerRange, long limit, CancellationToken cancellationToken)
    {
        var columns = new SchemaInference();
        List<SourceRange> ranges = [];
        await CheckUnchangedAsync(files[file], cancellationToken);
        var scan = new FileScan(Store, files[file].Path, file, rowsPerRange, limit, columns);
        await foreach (var range in FormatOf(files[file].Path).ScanAsync(scan, cancellationToken))
            ranges.Add(range);
        await CheckUnchangedAsync(files[file], cancellationToken);
        return new FileScanRecord(ranges.Sum(range => range.Rows), ranges, columns.ToRecords());
    }

    public async IAsyncEnumerable<InputRow> ReadAsync(
        IReadOnlyList<InputFileRecord> files, ShardRecord range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var file = files[range.File];
        await CheckUnchangedAsync(file, cancellationToken);
        long rows = 0;
        await foreach (var row in FormatOf(file.Path).ReadAsync(Store, file.Path, range, cancellationToken))
        {
            rows++;
            yield return row;
        }

        await CheckUnchangedAsync(file, cancellationToken);
        if (rows != range.Rows)
            throw new JobException(ErrorCodes.InputChanged, $"{file.Path}: shard {range.Shard} was planned with {range.Rows} rows, found {rows}");
    }

    public async IAsyncEnumerable<InputRow> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var file in await ListAsync(cancellationToken))
        {
            await foreach (var row in FormatOf(file.Path).StreamAsync(Store, file.Path, cancellationToken))
                yield return row;
        }
    }

    async Task CheckUnchangedAsync(InputFileRecord file, CancellationToken cancellationToken)
    {
        var now = await Store.GetInfoAsync(file.Path, cancellationToken);
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
