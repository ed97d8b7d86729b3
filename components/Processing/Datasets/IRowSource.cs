using System.Text.Json.Nodes;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Processing.Rows;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Datasets;

/// <summary>A row of the input.</summary>
/// <param name="Row">Its columns; empty if it could not be read.</param>
/// <param name="Error">Why it could not be read.</param>
internal readonly record struct InputRow(Row Row, RowError? Error = null);

/// <summary>A range of one file (or of the items) on borders of rows.</summary>
/// <param name="File">Index of the file.</param>
/// <param name="Start">First byte, or first row of the file.</param>
/// <param name="Length">Bytes or rows.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Bytes">About how much it is to read.</param>
internal sealed record SourceRange(int File, long Start, long Length, long Rows, long Bytes)
{
    /// <summary>Neighbouring ranges of one group (a Parquet row group) may become one shard, those of different groups may not.</summary>
    public long Group { get; init; }

    /// <summary>The line at its start, for messages about text files.</summary>
    public long FirstLine { get; init; } = 1;
}

/// <summary>What looking at a whole dataset gives.</summary>
/// <param name="Ranges">The ranges, in the order of their rows.</param>
/// <param name="Columns">Every column that a row has, and its type.</param>
/// <param name="First">The first row that could be read, to try templates on.</param>
internal sealed record DatasetScan(IReadOnlyList<SourceRange> Ranges, IReadOnlyList<Column> Columns, Row? First);

/// <summary>Where rows come from.</summary>
internal interface IRowSource
{
    /// <summary>What of it belongs to a job's identity, besides its files.</summary>
    JsonNode? Identity { get; }

    /// <summary>The files as they are now, in the order of their rows; none for items.</summary>
    /// <exception cref="JobException">There is no file.</exception>
    Task<IReadOnlyList<InputFileRecord>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Whether a file of this absolute path would be one of them.</summary>
    /// <exception cref="JobException">There is no such input.</exception>
    bool Covers(string path);

    /// <summary>Looks at every row once: ranges of at most so many rows (and <see cref="Dataset.MaxShardBytes"/>), columns and types.</summary>
    Task<DatasetScan> ScanAsync(IReadOnlyList<InputFileRecord> files, int rowsPerRange, long limit, CancellationToken cancellationToken);

    /// <summary>The rows of one range.</summary>
    /// <exception cref="JobException">The file is not the one that was planned.</exception>
    IAsyncEnumerable<InputRow> ReadAsync(IReadOnlyList<InputFileRecord> files, ShardRecord range, CancellationToken cancellationToken);

    /// <summary>All rows, without looking ahead.</summary>
    IAsyncEnumerable<InputRow> StreamAsync(CancellationToken cancellationToken);
}
