using System.Text.Json;
using System.Text.Json.Serialization;

namespace Serverless.Contracts.Specs;

/// <summary>The rows of a job: either <see cref="Items"/> or <see cref="Uri"/>.</summary>
public sealed record InputSpec
{
    /// <summary>Rows in the document itself: texts and other scalars become the column <c>item</c>, mappings become rows. Default: none.</summary>
    [JsonPropertyName("items")]
    public IReadOnlyList<JsonElement>? Items { get; init; }

    /// <summary>A file, a folder, or a glob such as <c>data/**/*.parquet</c>; a path, <c>local://</c> or <c>file://</c>. Default: none.</summary>
    [JsonPropertyName("uri")]
    public string? Uri { get; init; }

    /// <summary>What the files hold. Default: auto, by file name.</summary>
    [JsonPropertyName("format")]
    public InputFormat Format { get; init; } = InputFormat.Auto;

    /// <summary>Take only so many rows, from the beginning. Default: all.</summary>
    [JsonPropertyName("limit")]
    public long? Limit { get; init; }

    /// <summary>
    /// The output folder of an earlier job over the same input that has ended: only the rows that failed there, or were never started, are run, each
    /// under the <c>row_index</c> that it had. Default: none.
    /// </summary>
    [JsonPropertyName("failed_rows_of")]
    public string? FailedRowsOf { get; init; }
}

/// <summary>What input files hold.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<InputFormat>))]
public enum InputFormat
{
    /// <summary>By file name: .parquet, .jsonl, .ndjson, .csv, .tsv, .tab.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,

    /// <summary>Apache Parquet.</summary>
    [JsonStringEnumMemberName("parquet")]
    Parquet,

    /// <summary>One JSON object a line.</summary>
    [JsonStringEnumMemberName("jsonl")]
    Jsonl,

    /// <summary>Comma-separated values with a header; separated by tabulators in files named .tsv or .tab.</summary>
    [JsonStringEnumMemberName("csv")]
    Csv,

    /// <summary>A batch input file of the OpenAI API: <c>custom_id</c>, <c>method</c>, <c>url</c>, <c>body</c> a line.</summary>
    [JsonStringEnumMemberName("openai-batch")]
    OpenAIBatch,
}
