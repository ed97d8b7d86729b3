using Serverless.Contracts.Results;
using Serverless.Processing.Output;
using Serverless.Processing.Rows;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Datasets;

/// <summary>How one kind of file is cut and read.</summary>
internal interface IFileFormat
{
    /// <summary>Looks at a whole file: ranges of at most so many rows, whole ones only, and what columns they have.</summary>
    IAsyncEnumerable<SourceRange> ScanAsync(FileScan scan, CancellationToken cancellationToken);

    /// <summary>The rows of a range.</summary>
    IAsyncEnumerable<InputRow> ReadAsync(IBlobStore store, string name, ShardRecord range, CancellationToken cancellationToken);

    /// <summary>All rows of a file.</summary>
    IAsyncEnumerable<InputRow> StreamAsync(IBlobStore store, string name, CancellationToken cancellationToken);
}

/// <summary>A file that is being looked at, and what is learnt on the way.</summary>
/// <param name="store">Where it is.</param>
/// <param name="name">Its name there.</param>
/// <param name="file">Its index among the files.</param>
/// <param name="rowsPerRange">Most rows of a range.</param>
/// <param name="limit">Rows that are wanted at most.</param>
/// <param name="columns">Takes the columns of all files.</param>
internal sealed class FileScan(IBlobStore store, string name, int file, int rowsPerRange, long limit, SchemaInference columns)
{
    public IBlobStore Store => store;

    public string Name => name;

    public int File => file;

    public int RowsPerRange => rowsPerRange;

    public long Limit => limit;

    public SchemaInference Columns => columns;

    public void Observe(Row row) => columns.Observe(row);
}
