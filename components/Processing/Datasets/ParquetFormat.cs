using System.Runtime.CompilerServices;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Processing.Rows;
using Serverless.Storage.Blobs;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Datasets;

/// <summary>Parquet: ranges are rows inside one row group, types are the file's own.</summary>
internal sealed class ParquetFormat : IFileFormat
{
    public async IAsyncEnumerable<SourceRange> ScanAsync(FileScan scan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var local = await scan.Store.GetLocalFileAsync(scan.Name, cancellationToken);
        using var file = Open(local.Path);
        scan.Columns.Declare(file.Schema);
        var left = scan.Limit;
        foreach (var group in file.RowGroups)
        {
            var bytesPerRow = Math.Max(1, group.Bytes / Math.Max(1, group.RowCount));
            var most = Math.Clamp(Dataset.MaxShardBytes / bytesPerRow, 1, scan.RowsPerRange);
            for (long done = 0; done < group.RowCount && left > 0;)
            {
                var rows = Math.Min(Math.Min(most, group.RowCount - done), left);
                yield return new SourceRange(scan.File, group.FirstRow + done, rows, rows, rows * bytesPerRow) { Group = group.FirstRow };
                done += rows;
                left -= rows;
            }
        }
    }

    public async IAsyncEnumerable<InputRow> ReadAsync(
        IBlobStore store, string name, ShardRecord range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var local = await store.GetLocalFileAsync(name, cancellationToken);
        using var file = Open(local.Path);
        foreach (var row in Rows(file, range.Start, range.Rows))
            yield return row;
    }

    public IAsyncEnumerable<InputRow> StreamAsync(IBlobStore store, string name, CancellationToken cancellationToken) =>
        ReadAsync(store, name, new ShardRecord(0, 0, 0, 0, 0, long.MaxValue), cancellationToken);

    static IEnumerable<InputRow> Rows(ParquetFile file, long start, long count)
    {
        var shape = new RowShape([.. file.Schema.Columns.Select(column => column.Name)]);
        return file.ReadRows(start, count).Select(values => new InputRow(new Row(shape, values)));
    }

    static ParquetFile Open(string path)
    {
        try
        {
            return ParquetFile.Open(path);
        }
        catch (TableException e)
        {
            throw new JobException(ErrorCodes.InvalidInput, e.Message, e);
        }
    }
}
