using System.Text.Json.Serialization;
using Serverless.Contracts.Status;

namespace Serverless.Contracts.Results;

/// <summary>What a finished job left: <c>_manifest.json</c>, written before <c>_SUCCESS</c>. All counts come from the parts' own metadata.</summary>
public sealed record Manifest
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "_manifest.json";

    /// <summary>Name of the empty file that says that the folder is complete.</summary>
    public const string SuccessFileName = "_SUCCESS";

    /// <summary>Version of the layout.</summary>
    [JsonPropertyName("version")]
    public int Version { get; init; } = 1;

    /// <summary>The job's id.</summary>
    [JsonPropertyName("job_id")]
    public required string JobId { get; init; }

    /// <summary>The job's name, if it has one.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    /// <summary>The job's fingerprint.</summary>
    [JsonPropertyName("fingerprint")]
    public required string Fingerprint { get; init; }

    /// <summary>How it ended.</summary>
    [JsonPropertyName("status")]
    public required JobStatus Status { get; init; }

    /// <summary>When the folder was taken.</summary>
    [JsonPropertyName("created_at")]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the last part was there.</summary>
    [JsonPropertyName("completed_at")]
    public required DateTimeOffset CompletedAt { get; init; }

    /// <summary>Rows of the input, each of which is in the output.</summary>
    [JsonPropertyName("rows")]
    public required long Rows { get; init; }

    /// <summary>Rows of the input that are not in the output, because their shards were never handed out (a cancelled or expired job).</summary>
    [JsonPropertyName("rows_not_started")]
    public long RowsNotStarted { get; init; }

    /// <summary>Rows that stand there with an error.</summary>
    [JsonPropertyName("rows_failed")]
    public required long RowsFailed { get; init; }

    /// <summary>Records of the parts: more than rows where a row has several completions.</summary>
    [JsonPropertyName("records")]
    public required long Records { get; init; }

    /// <summary>Bytes of the parts.</summary>
    [JsonPropertyName("bytes")]
    public required long Bytes { get; init; }

    /// <summary>Tokens.</summary>
    [JsonPropertyName("usage")]
    public required Usage Usage { get; init; }

    /// <summary>The rows that failed, grouped.</summary>
    [JsonPropertyName("errors")]
    public IReadOnlyList<ErrorGroup> Errors { get; init; } = [];

    /// <summary>The columns of every part.</summary>
    [JsonPropertyName("schema")]
    public required IReadOnlyList<ColumnRecord> Schema { get; init; }

    /// <summary>The parts, by shard.</summary>
    [JsonPropertyName("parts")]
    public required IReadOnlyList<PartRecord> Parts { get; init; }

    /// <summary>Shards that were never handed out (a cancelled or expired job), as ranges.</summary>
    [JsonPropertyName("not_started")]
    public IReadOnlyList<ShardRange> NotStarted { get; init; } = [];

    /// <summary>Rows of the input.</summary>
    [JsonIgnore]
    public long RowsTotal => Rows + RowsNotStarted;

    /// <summary>Shards of the plan.</summary>
    [JsonIgnore]
    public int ShardsTotal => Parts.Count + NotStarted.Sum(range => range.Last - range.First + 1);
}

/// <summary>What was used.</summary>
/// <param name="InputTokens">Tokens of prompts.</param>
/// <param name="CachedTokens">Of these, found in the prefix cache.</param>
/// <param name="OutputTokens">Tokens generated.</param>
public sealed record Usage(
    [property: JsonPropertyName("input_tokens")] long InputTokens,
    [property: JsonPropertyName("cached_tokens")] long CachedTokens,
    [property: JsonPropertyName("output_tokens")] long OutputTokens)
{
    /// <summary>Nothing.</summary>
    public static Usage None { get; } = new(0, 0, 0);

    /// <summary>The sum.</summary>
    /// <param name="other">What to add.</param>
    public Usage Plus(Usage other) => new(InputTokens + other.InputTokens, CachedTokens + other.CachedTokens, OutputTokens + other.OutputTokens);
}

/// <summary>One part.</summary>
/// <param name="Name">Its file.</param>
/// <param name="Shard">Its shard.</param>
/// <param name="FirstRow">Position of its first row in the dataset.</param>
/// <param name="Rows">Rows of the input.</param>
/// <param name="RowsFailed">Of these, with an error.</param>
/// <param name="Records">Records.</param>
/// <param name="Bytes">Size.</param>
/// <param name="Sha256">SHA-256 of the file, hexadecimal.</param>
public sealed record PartRecord(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("shard")] int Shard,
    [property: JsonPropertyName("first_row")] long FirstRow,
    [property: JsonPropertyName("rows")] long Rows,
    [property: JsonPropertyName("rows_failed")] long RowsFailed,
    [property: JsonPropertyName("records")] long Records,
    [property: JsonPropertyName("bytes")] long Bytes,
    [property: JsonPropertyName("sha256")] string Sha256);

/// <summary>Shards <see cref="First"/> to <see cref="Last"/>, both included.</summary>
/// <param name="First">First shard.</param>
/// <param name="Last">Last shard.</param>
public sealed record ShardRange(
    [property: JsonPropertyName("first")] int First,
    [property: JsonPropertyName("last")] int Last);

/// <summary>Rows that failed alike.</summary>
/// <param name="Type">One of <see cref="Errors.ErrorCodes"/>.</param>
/// <param name="Stage">One of <see cref="Errors.RowStages"/>.</param>
/// <param name="Rows">How many.</param>
/// <param name="FirstRow">Position of the first of them in the dataset.</param>
/// <param name="Message">That row's message.</param>
public sealed record ErrorGroup(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("stage")] string Stage,
    [property: JsonPropertyName("rows")] long Rows,
    [property: JsonPropertyName("first_row")] long FirstRow,
    [property: JsonPropertyName("message")] string Message)
{
    /// <summary>Joins groups of several parts: one for each type and stage, the most frequent first.</summary>
    /// <param name="groups">The groups.</param>
    public static IReadOnlyList<ErrorGroup> Merge(IEnumerable<ErrorGroup> groups) =>
    [
        .. groups
            .GroupBy(group => (group.Type, group.Stage))
            .Select(same => same.MinBy(group => group.FirstRow)! with { Rows = same.Sum(group => group.Rows) })
            .OrderByDescending(group => group.Rows)
            .ThenBy(group => group.FirstRow),
    ];
}
