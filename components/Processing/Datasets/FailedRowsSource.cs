using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Processing.Jobs;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Datasets;

/// <summary>The rows of an input that failed in the output of an earlier job, or were never started. A shard is what was left of one of that job's shards.</summary>
/// <param name="input">The input of both jobs.</param>
/// <param name="output">The earlier job's output folder.</param>
internal sealed class FailedRowsSource(IRowSource input, string output) : IRowSource
{
    FailedRows? opened;

    public JsonNode? Identity => input.Identity;

    public async Task<IReadOnlyList<InputFileRecord>> ListAsync(CancellationToken cancellationToken)
    {
        var files = await input.ListAsync(cancellationToken);
        var failed = await OpenAsync(cancellationToken);
        return files.SequenceEqual(failed.Files)
            ? files
            : throw new JobException(ErrorCodes.InputChanged,
                $"the input is not what it was when {output} was written, so its rows are not those that failed; restore the input, or run the whole job into another output folder");
    }

    public ValueTask<bool> CoversAsync(BlobUri file, CancellationToken cancellationToken) => input.CoversAsync(file, cancellationToken);

    /// <summary>Columns and types are those of the whole file, so that both outputs have the same.</summary>
    public async Task<FileScanRecord> ScanAsync(IReadOnlyList<InputFileRecord> files, int file, int rowsPerRange, long limit, CancellationToken cancellationToken)
    {
        var failed = await OpenAsync(cancellationToken);
        List<SourceRange> ranges = [];
        await foreach (var shard in failed.ShardsAsync(file, cancellationToken))
        {
            ranges.Add(new SourceRange(shard.File, shard.Start, shard.Length, shard.Rows, shard.Length)
            {
                FirstLine = shard.FirstLine,
                Fixed = new FixedRange(shard.FirstRow, shard.Selection),
            });
        }

        var whole = await input.ScanAsync(files, file, rowsPerRange, limit, cancellationToken);
        return new FileScanRecord(ranges.Sum(range => range.Rows), ranges, whole.Columns);
    }

    public async IAsyncEnumerable<InputRow> ReadAsync(
        IReadOnlyList<InputFileRecord> files, ShardRecord range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (range.Selection is not { } selection)
        {
            await foreach (var row in input.ReadAsync(files, range, cancellationToken))
                yield return row;
            yield break;
        }

        var (position, next) = (0L, 0);
        await foreach (var row in input.ReadAsync(files, range with { Rows = selection.Of, Selection = null }, cancellationToken))
        {
            if (next < selection.Positions.Count && selection.Positions[next] == position++)
            {
                next++;
                yield return row;
            }
        }
    }

    public async IAsyncEnumerable<InputRow> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var files = await ListAsync(cancellationToken);
        var failed = await OpenAsync(cancellationToken);
        for (var file = 0; file < Math.Max(1, files.Count); file++)
        {
            await foreach (var shard in failed.ShardsAsync(file, cancellationToken))
            {
                await foreach (var row in ReadAsync(files, shard, cancellationToken))
                    yield return row;
            }
        }
    }

    // Two callers may do it at once: either's is as good.
    async ValueTask<FailedRows> OpenAsync(CancellationToken cancellationToken) => opened ??= await FailedRows.OpenAsync(output, cancellationToken);
}
