using System.Text.Json.Serialization;

namespace Serverless.Contracts.Results;

/// <summary>What a job will do: <c>_plan.json</c>, created only if absent after its pages. The pages hold the shards.</summary>
public sealed record JobPlan
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "_plan.json";

    /// <summary>Shards of one page.</summary>
    public const int ShardsPerPage = 1000;

    /// <summary>Version of the layout.</summary>
    [JsonPropertyName("version")]
    public int Version { get; init; } = 1;

    /// <summary>The job's fingerprint.</summary>
    [JsonPropertyName("fingerprint")]
    public required string Fingerprint { get; init; }

    /// <summary>Rows of the input.</summary>
    [JsonPropertyName("rows")]
    public required long Rows { get; init; }

    /// <summary>Shards, and so parts.</summary>
    [JsonPropertyName("shards")]
    public required int Shards { get; init; }

    /// <summary>The input files, in the order of their rows; empty for items.</summary>
    [JsonPropertyName("files")]
    public required IReadOnlyList<InputFileRecord> Files { get; init; }

    /// <summary>The input's columns that the output keeps.</summary>
    [JsonPropertyName("input_columns")]
    public required IReadOnlyList<ColumnRecord> InputColumns { get; init; }

    /// <summary>The columns of every part; null while they depend on what a C# function returns (see <see cref="SchemaRecord"/>).</summary>
    [JsonPropertyName("schema")]
    public IReadOnlyList<ColumnRecord>? Schema { get; init; }

    /// <summary>Name of a page's file.</summary>
    /// <param name="page">0, 1, ...</param>
    public static string PageName(int page) => $"_plan/page-{page:00000}.json";
}

/// <summary>One input file as it was when the job was planned.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ETag">The store's name for this content.</param>
public sealed record InputFileRecord(
    [property: JsonPropertyName("path")] string Path,
    [property: JsonPropertyName("size")] long Size,
    [property: JsonPropertyName("etag")] string ETag);

/// <summary>The type of a column, of a list's elements or of a struct's field.</summary>
/// <param name="Kind">boolean, int64, float64, string, list or struct.</param>
/// <param name="Element">Type of a list's elements.</param>
/// <param name="Fields">Fields of a struct.</param>
public sealed record TypeRecord(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("element")] TypeRecord? Element = null,
    [property: JsonPropertyName("fields")] IReadOnlyList<ColumnRecord>? Fields = null);

/// <summary>One column, or one field of a struct.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
public sealed record ColumnRecord(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("type")] TypeRecord Type);

/// <summary>The columns of every part, where they became known with the first finished shard: <c>_schema.json</c>, created only if absent.</summary>
/// <param name="Columns">The columns.</param>
public sealed record SchemaRecord([property: JsonPropertyName("columns")] IReadOnlyList<ColumnRecord> Columns)
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "_schema.json";
}

/// <summary>One page of the plan.</summary>
/// <param name="Shards">Its shards.</param>
public sealed record PlanPage([property: JsonPropertyName("shards")] IReadOnlyList<ShardRecord> Shards);

/// <summary>A range of one input file.</summary>
/// <param name="Shard">0, 1, ...</param>
/// <param name="File">Index of the file; 0 for items.</param>
/// <param name="Start">First byte (JSONL, CSV), or first row of the file (Parquet, items).</param>
/// <param name="Length">Bytes or rows.</param>
/// <param name="FirstRow">Position of its first row in the dataset.</param>
/// <param name="Rows">Its rows; of a selection, the chosen ones.</param>
public sealed record ShardRecord(
    [property: JsonPropertyName("shard")] int Shard,
    [property: JsonPropertyName("file")] int File,
    [property: JsonPropertyName("start")] long Start,
    [property: JsonPropertyName("length")] long Length,
    [property: JsonPropertyName("first_row")] long FirstRow,
    [property: JsonPropertyName("rows")] long Rows)
{
    /// <summary>The line at its start, for messages about text files. Default: 1.</summary>
    [JsonPropertyName("first_line")]
    public long FirstLine { get; init; } = 1;

    /// <summary>Only these rows of the range, for a job over the failed rows of another. Default: null, all.</summary>
    [JsonPropertyName("selection")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RowSelection? Selection { get; init; }

    /// <summary>Position in the dataset of one of the shard's rows.</summary>
    /// <param name="position">Its position among the shard's rows, 0 .. <see cref="Rows"/> - 1.</param>
    public long RowIndexOf(long position) => FirstRow + (Selection is { } selection ? selection.Positions[(int)position] : position);

    /// <summary>Name of the shard's part, which nothing but the shard decides.</summary>
    public string PartName => PartNameOf(Shard);

    /// <summary>Name of a shard's part.</summary>
    /// <param name="shard">Number of the shard.</param>
    public static string PartNameOf(int shard) => $"part-{shard:0000000}.parquet";
}

/// <summary>Some rows of a range.</summary>
/// <param name="Of">Rows of the whole range.</param>
/// <param name="Positions">Positions of the chosen ones in the range, ascending.</param>
public sealed record RowSelection(
    [property: JsonPropertyName("of")] long Of,
    [property: JsonPropertyName("positions")] IReadOnlyList<long> Positions);
