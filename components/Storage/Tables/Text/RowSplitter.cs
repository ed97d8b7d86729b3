using System.Runtime.CompilerServices;

namespace Serverless.Storage.Tables.Text;

/// <summary>Cuts what a reader has left into ranges of whole rows, by the same records that reading them will give.</summary>
internal static class RowSplitter
{
    internal static async IAsyncEnumerable<RowRange> SplitAsync<TScan>(
        RecordReader<TScan> records, RowRange first, int maxRows, long maxBytes, [EnumeratorCancellation] CancellationToken cancellation)
        where TScan : struct, IRecordScan
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxRows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        var range = first with { RowCount = 0 };
        while (await records.NextAsync(cancellation))
        {
            if (range.RowCount > 0 && (range.RowCount == maxRows || records.EndOffset - range.Start > maxBytes))
            {
                yield return range;
                range = new RowRange(records.Offset, 0, range.FirstRow + range.RowCount, 0, records.Line);
            }
            range = range with { RowCount = range.RowCount + 1, End = records.EndOffset };
        }
        if (range.RowCount > 0) yield return range;
    }
}
