using System.Text.Json.Serialization;

namespace Serverless.Contracts.Specs;

/// <summary>Where the rows go.</summary>
public sealed record OutputSpec
{
    /// <summary>A folder: a path, <c>local:///...</c> or <c>file:///...</c>.</summary>
    [JsonPropertyName("uri")]
    public required string Uri { get; init; }

    /// <summary>Format of the parts. Default: parquet.</summary>
    [JsonPropertyName("format")]
    public OutputFormat Format { get; init; } = OutputFormat.Parquet;

    /// <summary>Compression of the parts. Default: zstd.</summary>
    [JsonPropertyName("compression")]
    public OutputCompression Compression { get; init; } = OutputCompression.Zstd;

    /// <summary>Keep the input columns. Default: true.</summary>
    [JsonPropertyName("keep_input")]
    public bool KeepInput { get; init; } = true;

    /// <summary>Optional engine columns: <c>prompt</c>, <c>generated_tokens</c>, <c>logprobs</c>, <c>time_taken_llm</c>. Default: none.</summary>
    [JsonPropertyName("include")]
    public IReadOnlyList<OutputColumn> Include { get; init; } = [];

    /// <summary>What happens when the folder holds something already. Default: error_if_exists.</summary>
    [JsonPropertyName("mode")]
    public OutputMode Mode { get; init; } = OutputMode.ErrorIfExists;
}

/// <summary>Format of the output.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OutputFormat>))]
public enum OutputFormat
{
    /// <summary>Apache Parquet.</summary>
    [JsonStringEnumMemberName("parquet")]
    Parquet,
}

/// <summary>Compression of Parquet pages.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OutputCompression>))]
public enum OutputCompression
{
    /// <summary>Zstandard.</summary>
    [JsonStringEnumMemberName("zstd")]
    Zstd,

    /// <summary>Snappy.</summary>
    [JsonStringEnumMemberName("snappy")]
    Snappy,

    /// <summary>None.</summary>
    [JsonStringEnumMemberName("none")]
    None,
}

/// <summary>An engine column that is written only if asked for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OutputColumn>))]
public enum OutputColumn
{
    /// <summary>The prompt after the chat template.</summary>
    [JsonStringEnumMemberName("prompt")]
    Prompt,

    /// <summary>Ids of the generated tokens.</summary>
    [JsonStringEnumMemberName("generated_tokens")]
    GeneratedTokens,

    /// <summary>Log-probabilities of the generated tokens.</summary>
    [JsonStringEnumMemberName("logprobs")]
    Logprobs,

    /// <summary>Seconds from submission to completion.</summary>
    [JsonStringEnumMemberName("time_taken_llm")]
    TimeTakenLlm,
}

/// <summary>What happens when the output folder holds something already. The same job always resumes, whatever the mode.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OutputMode>))]
public enum OutputMode
{
    /// <summary>Another job's output, or files that no job wrote, are an error.</summary>
    [JsonStringEnumMemberName("error_if_exists")]
    ErrorIfExists,

    /// <summary>Files that no job wrote are left alone; another job's output is an error.</summary>
    [JsonStringEnumMemberName("resume")]
    Resume,

    /// <summary>Another job's output is removed first; files that no job wrote are an error.</summary>
    [JsonStringEnumMemberName("overwrite")]
    Overwrite,
}
