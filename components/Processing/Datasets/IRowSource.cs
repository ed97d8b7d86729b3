using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Processing.Rows;
using Serverless.Storage.Blobs;

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
internal sealed record SourceRange(
    [property: JsonPropertyName("file")] int File,
    [property: JsonPropertyName("start")] long Start,
    [property: JsonPropertyName("length")] long Length,
    [property: JsonPropertyName("rows")] long Rows,
    [property: JsonPropertyName("bytes")] long Bytes)
{
    /// <summary>Neighbouring ranges of one group (a Parquet row group) may become one shard, those of different groups may not.</summary>
    [JsonPropertyName("group")]
    public long Group { get; init; }

    /// <summary>The line at its start, for messages about text files.</summary>
    [JsonPropertyName("first_line")]
    public long FirstLine { get; init; } = 1;

    /// <summary>A range that is a shard as it is: the position of its first row in the dataset, and which of its rows are wanted. Default: null.</summary>
    [JsonPropertyName("fixed")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FixedRange? Fixed { get; init; }
}

/// <summary>What of a range is fixed before shards are cut.</summary>
/// <param name="FirstRow">Position of its first row in the dataset.</param>
/// <param name="Selection">Only these rows; null for all.</param>
internal sealed record FixedRange(
    [property: JsonPropertyName("first_row")] long FirstRow,
    [property: JsonPropertyName("selection")] RowSelection? Selection);

/// <summary>What looking at a whole file (or at the items) gives.</summary>
/// <param name="Rows">Rows of all ranges.</param>
/// <param name="Ranges">The ranges, in the order of their rows.</param>
/// <param name="Columns">Every column that a row has, and what its values are.</param>
internal sealed record FileScanRecord(
    [property: JsonPropertyName("rows")] long Rows,
    [property: JsonPropertyName("ranges")] IReadOnlyList<SourceRange> Ranges,
    [property: JsonPropertyName("columns")] IReadOnlyList<ColumnRecord> Columns)
{
    /// <summary>Where the planning of one file leaves it for the rest.</summary>
    public static string BlobName(int file) => $"_plan/file-{file:0000000}.json";
}

/// <summary>Where rows come from.</summary>
internal interface IRowSource
{
    /// <summary>What of it belongs to a job's identity, besides its files.</summary>
    JsonNode? Identity { get; }

    /// <summary>The files as they are now, in the order of their rows; none for items.</summary>
    /// <exception cref="JobException">There is no file.</exception>
    Task<IReadOnlyList<InputFileRecord>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Whether a file of this place would be one of them.</summary>
    /// <exception cref="JobException">There is no such input.</exception>
    ValueTask<bool> CoversAsync(BlobUri file, CancellationToken cancellationToken);

    /// <summary>Looks at every row of one file once: ranges of at most so many rows (and <see cref="Dataset.MaxShardBytes"/>), columns and types.</summary>
    /// <param name="files">All files.</param>
    /// <param name="file">Index of the one; 0 for items.</param>
    /// <param name="rowsPerRange">Most rows of a range.</param>
    /// <param name="limit">Rows that are wanted at most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task<FileScanRecord> ScanAsync(IReadOnlyList<InputFileRecord> files, int file, int rowsPerRange, long limit, CancellationToken cancellationToken);

    /// <summary>The rows of one range.</summary>
    /// <exception cref="JobException">The file is not the one that was planned.</exception>
    IAsyncEnumerable<InputRow> ReadAsync(IReadOnlyList<InputFileRecord> files, ShardRecord range, CancellationToken cancellationToken);

    /// <summary>All rows, without looking ahead.</summary>
    IAsyncEnumerable<InputRow> StreamAsync(CancellationToken cancellationToken);
}
