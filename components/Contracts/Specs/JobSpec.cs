using System.Text.Json;
using System.Text.Json.Serialization;

namespace Serverless.Contracts.Specs;

/// <summary>
/// One batch inference job: a dataset, a model, a prompt, and where the rows go. The same document is a job file, an HTTP
/// body and a queue message. Unknown fields are refused where a document enters (<see cref="Validation.JobSpecReader"/>), never here.
/// </summary>
public sealed record JobSpec
{
    /// <summary>The client's id for the job, see <see cref="JobId"/>. Default: made when the job is accepted.</summary>
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    /// <summary>A name for people. Default: none.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    /// <summary>Which model, and how it runs.</summary>
    [JsonPropertyName("model")]
    public required ModelSpec Model { get; init; }

    /// <summary>The rows.</summary>
    [JsonPropertyName("input")]
    public required InputSpec Input { get; init; }

    /// <summary>How a row becomes a prompt. Default: none, which only an <c>openai-batch</c> input allows.</summary>
    [JsonPropertyName("preprocess")]
    public PreprocessSpec? Preprocess { get; init; }

    /// <summary>Columns made from what was generated. Default: none.</summary>
    [JsonPropertyName("postprocess")]
    public PostprocessSpec? Postprocess { get; init; }

    /// <summary>Where the rows go.</summary>
    [JsonPropertyName("output")]
    public required OutputSpec Output { get; init; }

    /// <summary>Generate once for rows that ask the same. Default: false.</summary>
    [JsonPropertyName("deduplicate")]
    public bool Deduplicate { get; init; }

    /// <summary>Rows of one shard, and so of one output part, unless the dataset is so large that shards grow. Default: 256.</summary>
    [JsonPropertyName("batch_size")]
    public int BatchSize { get; init; } = 256;

    /// <summary>Engine replicas. Default: 1.</summary>
    [JsonPropertyName("concurrency")]
    public ConcurrencySpec Concurrency { get; init; } = new(1, 1);

    /// <summary>Shards in flight on one replica. Default: 8.</summary>
    [JsonPropertyName("max_concurrent_batches")]
    public int MaxConcurrentBatches { get; init; } = 8;

    /// <summary>Where replicas are placed. Default: on any machine with a free accelerator.</summary>
    [JsonPropertyName("placement")]
    public PlacementSpec Placement { get; init; } = new();

    /// <summary>Attempts of one shard before the job fails. Default: 5.</summary>
    [JsonPropertyName("max_attempts")]
    public int MaxAttempts { get; init; } = 5;

    /// <summary>What a row that fails does. Default: record.</summary>
    [JsonPropertyName("on_row_error")]
    public OnRowError OnRowError { get; init; } = OnRowError.Record;

    /// <summary>The job fails as soon as more than this share of all its rows has failed, 0 .. 1. Default: no limit.</summary>
    [JsonPropertyName("max_error_rate")]
    public double? MaxErrorRate { get; init; }

    /// <summary>When the job expires. Default: never.</summary>
    [JsonPropertyName("deadline")]
    public string? Deadline { get; init; }

    /// <summary>Jobs of higher priority get slots first. Default: 0.</summary>
    [JsonPropertyName("priority")]
    public int Priority { get; init; }

    /// <summary>Who is told when the job ends. Default: nobody.</summary>
    [JsonPropertyName("notify")]
    public NotifySpec? Notify { get; init; }

    /// <summary>The client's own labels; carried, never interpreted. Default: none.</summary>
    [JsonPropertyName("metadata")]
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }
}

/// <summary>What a row that fails does.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OnRowError>))]
public enum OnRowError
{
    /// <summary>It stands in the output with its error; the job goes on.</summary>
    [JsonStringEnumMemberName("record")]
    Record,

    /// <summary>It stops the job, which names it.</summary>
    [JsonStringEnumMemberName("fail")]
    Fail,
}
