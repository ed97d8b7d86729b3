using Serverless.Processing.Rows;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Datasets;

/// <summary>Makes rows of one file's records. Their shapes grow from one root, and records that share their names share a row's shape at once.</summary>
internal sealed class RecordRows
{
    readonly RowShape root = new([]);
    (string[] Names, RowShape Shape) last = ([], RowShape.Empty);

    /// <summary>The row of a record, whose values it takes over.</summary>
    public Row Of(NamedValues record)
    {
        if (!ReferenceEquals(record.Names, last.Names))
            last = (record.Names, record.Names.Aggregate(root, (shape, name) => shape.Append(name)));
        return new Row(last.Shape, record.Values);
    }
}
