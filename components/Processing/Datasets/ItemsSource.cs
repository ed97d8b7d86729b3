using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Serverless.Contracts;
using Serverless.Contracts.Results;
using Serverless.Processing.Output;
using Serverless.Processing.Rows;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Datasets;

/// <summary>
/// Rows that are in memory, or that a program makes: a text or another scalar is the column <c>item</c>, a dictionary or a
/// <see cref="Row"/> is a row. Streaming enumerates them as they are needed; a job, which counts its rows first, keeps them.
/// </summary>
internal sealed class ItemsSource(IEnumerable<object?> items) : IRowSource
{
    readonly Lazy<Row[]> rows = new(() => [.. items.Select(ToRow)]);

    public JsonNode Identity => CanonicalJson.Fingerprint(JsonSerializer.SerializeToNode(rows.Value.Select(row => new SortedDictionary<string, object?>(row.ToDictionary()))));

    public Task<IReadOnlyList<InputFileRecord>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<InputFileRecord>>([]);

    public ValueTask<bool> CoversAsync(BlobUri file, CancellationToken cancellationToken) => new(false);

    public Task<FileScanRecord> ScanAsync(IReadOnlyList<InputFileRecord> files, int file, int rowsPerRange, long limit, CancellationToken cancellationToken)
    {
        var count = Math.Min(rows.Value.Length, limit);
        var inference = new SchemaInference();
        foreach (var row in rows.Value.Take((int)count))
            inference.Observe(row);
        List<SourceRange> ranges = [];
        for (long start = 0; start < count; start += rowsPerRange)
        {
            var length = Math.Min(rowsPerRange, count - start);
            ranges.Add(new SourceRange(0, start, length, length, 0));
        }

        return Task.FromResult(new FileScanRecord(count, ranges, inference.ToRecords()));
    }

    public async IAsyncEnumerable<InputRow> ReadAsync(
        IReadOnlyList<InputFileRecord> files, ShardRecord range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        for (var i = range.Start; i < range.Start + range.Length; i++)
            yield return new InputRow(rows.Value[i]);
    }

    public async IAsyncEnumerable<InputRow> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        foreach (var item in items)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new InputRow(ToRow(item));
        }
    }

    static Row ToRow(object? item) => RowValue.From(item) switch
    {
        Row row => row,
        IReadOnlyDictionary<string, object?> columns => Row.From(columns),
        IReadOnlyList<object?> => throw new ArgumentException("an item is a text, a number, a dictionary or a Row; found a list", nameof(item)),
        var value => Row.Of(("item", value)),
    };
}
