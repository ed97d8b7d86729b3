using System.Runtime.CompilerServices;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Processing.Rows;
using Serverless.Storage.Blobs;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Datasets;

/// <summary>Reads the rows of a text file, or of a range of it, whose ends are borders of rows.</summary>
internal delegate IAsyncEnumerable<SourceRow> TextReader(Stream stream, RowRange? range, CancellationToken cancellationToken);

/// <summary>
/// Files of one row a line or so: JSONL, CSV. Ranges are bytes. The look at the whole file parses every row once, so that the output's
/// types are exact, not guessed from a sample.
/// </summary>
/// <param name="read">Reads the rows.</param>
internal class TextFormat(TextReader read) : IFileFormat
{
    public static TextFormat Jsonl { get; } = new((stream, range, cancellationToken) => JsonlReader.ReadAsync(stream, range, null, cancellationToken));

    /// <summary>CSV, or what the file's name says stands between the fields. Values stay the texts that they are: "007" is not 7.</summary>
    public static TextFormat Csv(string name)
    {
        var options = new TextTableOptions { Delimiter = TextTableOptions.DelimiterOf(name) };
        return new((stream, range, cancellationToken) => ReadCsvAsync(stream, options, range, cancellationToken));
    }

    public async IAsyncEnumerable<SourceRange> ScanAsync(FileScan scan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await scan.Store.OpenReadAsync(scan.Name, cancellation: cancellationToken);
        var records = new RecordRows();
        long start = -1, firstLine = 1, rows = 0, total = 0;
        await foreach (var row in Guard(scan.Name, read(stream, null, cancellationToken)))
        {
            if (start < 0)
                (start, firstLine) = (row.Offset, row.Line);
            if (rows == scan.RowsPerRange || (rows > 0 && row.Offset - start >= Dataset.MaxShardBytes) || total == scan.Limit)
            {
                yield return Range(row.Offset);
                (start, firstLine, rows) = (row.Offset, row.Line, 0);
                if (total == scan.Limit)
                    yield break;
            }

            rows++;
            total++;
            if (ToInput(records, scan.Name, row) is { Error: null } input)
                scan.Observe(input.Row);
        }

        if (rows > 0)
            yield return Range(stream.Length);

        SourceRange Range(long end) => new(scan.File, start, end - start, rows, end - start) { FirstLine = firstLine };
    }

    public async IAsyncEnumerable<InputRow> ReadAsync(
        IBlobStore store, string name, ShardRecord range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(name, cancellation: cancellationToken);
        var rows = range.Rows;
        var bytes = new RowRange(range.Start, range.Start + range.Length, FirstLine: range.FirstLine);
        var records = new RecordRows();
        await foreach (var row in Guard(name, read(stream, bytes, cancellationToken)))
        {
            yield return ToInput(records, name, row);
            if (--rows == 0)
                yield break;
        }
    }

    public async IAsyncEnumerable<InputRow> StreamAsync(IBlobStore store, string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(name, cancellation: cancellationToken);
        var records = new RecordRows();
        await foreach (var row in Guard(name, read(stream, null, cancellationToken)))
            yield return ToInput(records, name, row);
    }

    /// <summary>Why a row that was read cannot be used; null if it can.</summary>
    protected virtual string? Refuse(Row row) => null;

    InputRow ToInput(RecordRows records, string name, SourceRow source)
    {
        var row = source.Values is { } values ? records.Of(values) : Row.Empty;
        return (source.Error ?? Refuse(row)) is { } error
            ? new InputRow(row, new RowError(ErrorCodes.BadLine, $"{name}, line {source.Line}: {error}", RowStages.Read))
            : new InputRow(row);
    }

    static async IAsyncEnumerable<SourceRow> ReadCsvAsync(
        Stream stream, TextTableOptions options, RowRange? range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var table = await CsvTableReader.OpenAsync(stream, options, cancellationToken);
        await foreach (var row in table.ReadAsync(range, null, cancellationToken))
            yield return row;
    }

    /// <summary>A file that as a whole is not what it should be is wrong input, not a defect.</summary>
    static async IAsyncEnumerable<SourceRow> Guard(string name, IAsyncEnumerable<SourceRow> rows)
    {
        await using var each = rows.GetAsyncEnumerator();
        while (true)
        {
            try
            {
                if (!await each.MoveNextAsync())
                    yield break;
            }
            catch (TableException e)
            {
                throw new JobException(ErrorCodes.InvalidInput, $"{name}: {e.Message}", e);
            }

            yield return each.Current;
        }
    }
}
