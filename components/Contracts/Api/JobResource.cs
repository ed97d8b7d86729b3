using System.Text.Json;
using System.Text.Json.Serialization;
using Serverless.Contracts.Results;
using Serverless.Contracts.Status;

namespace Serverless.Contracts.Api;

/// <summary>A job as the HTTP API shows it: <c>GET /api/v1/jobs/{id}</c>.</summary>
public sealed record JobResource
{
    /// <summary>The job's id.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>Its name for people.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    /// <summary>Where it stands.</summary>
    [JsonPropertyName("status")]
    public required JobStatus Status { get; init; }

    /// <summary>Since when.</summary>
    [JsonPropertyName("status_since")]
    public required DateTimeOffset StatusSince { get; init; }

    /// <summary>The job whose failed rows it runs.</summary>
    [JsonPropertyName("retry_of")]
    public string? RetryOf { get; init; }

    /// <summary>Jobs that ran its failed rows again, the first one first. Its results show what they did.</summary>
    [JsonPropertyName("retries")]
    public IReadOnlyList<string> Retries { get; init; } = [];

    /// <summary>When it was accepted.</summary>
    [JsonPropertyName("created_at")]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended.</summary>
    [JsonPropertyName("finished_at")]
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Its priority.</summary>
    [JsonPropertyName("priority")]
    public int Priority { get; init; }

    /// <summary>Rows.</summary>
    [JsonPropertyName("rows")]
    public RowCounts Rows { get; init; } = new(0, 0, 0);

    /// <summary>Shards.</summary>
    [JsonPropertyName("shards")]
    public ShardCounts Shards { get; init; } = new(0, 0, 0);

    /// <summary>Tokens generated a second, over the last reports of its workers.</summary>
    [JsonPropertyName("tokens_per_second")]
    public double TokensPerSecond { get; init; }

    /// <summary>Seconds to its end at the present rate of rows; null while nothing can be said.</summary>
    [JsonPropertyName("eta_seconds")]
    public double? EtaSeconds { get; init; }

    /// <summary>What it waits for: the missing resource by name.</summary>
    [JsonPropertyName("waiting_reason")]
    public string? WaitingReason { get; init; }

    /// <summary>Why it failed.</summary>
    [JsonPropertyName("error")]
    public JobErrorResource? Error { get; init; }

    /// <summary>Its failed rows by what went wrong, each with a sample, most first; when it has ended.</summary>
    [JsonPropertyName("error_groups")]
    public IReadOnlyList<ErrorGroup> ErrorGroups { get; init; } = [];

    /// <summary>What it used. While it runs: by its workers' reports; when it ended: by its parts.</summary>
    [JsonPropertyName("usage")]
    public Usage Usage { get; init; } = Usage.None;

    /// <summary>The output folder.</summary>
    [JsonPropertyName("output_uri")]
    public required string OutputUri { get; init; }

    /// <summary>The client's labels.</summary>
    [JsonPropertyName("metadata")]
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    /// <summary>Where else to look.</summary>
    [JsonPropertyName("links")]
    public IReadOnlyDictionary<string, string> Links { get; init; } = new Dictionary<string, string>();
}

/// <summary>Rows of the input.</summary>
/// <param name="Total">All; 0 until the job is planned.</param>
/// <param name="Done">With an answer or an error.</param>
/// <param name="Failed">Of these, with an error.</param>
public sealed record RowCounts(
    [property: JsonPropertyName("total")] long Total,
    [property: JsonPropertyName("done")] long Done,
    [property: JsonPropertyName("failed")] long Failed);

/// <summary>Shards.</summary>
/// <param name="Total">All; 0 until the job is planned.</param>
/// <param name="Done">Whose part is there.</param>
/// <param name="Running">That a worker has.</param>
public sealed record ShardCounts(
    [property: JsonPropertyName("total")] int Total,
    [property: JsonPropertyName("done")] int Done,
    [property: JsonPropertyName("running")] int Running);

/// <summary>Why a job failed.</summary>
/// <param name="Code">One of <see cref="Errors.ErrorCodes"/>.</param>
/// <param name="Message">What is wrong, where, and what to do.</param>
public sealed record JobErrorResource(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("message")] string Message);

/// <summary>A page of a list, newest first.</summary>
/// <param name="Jobs">The jobs.</param>
/// <param name="NextCursor">For the next page (<c>cursor</c>); null on the last one.</param>
public sealed record JobPage(
    [property: JsonPropertyName("jobs")] IReadOnlyList<JobResource> Jobs,
    [property: JsonPropertyName("next_cursor")] string? NextCursor);

/// <summary>One step of a job's life.</summary>
/// <param name="Number">1, 2, ...: the id of its event in <c>GET /jobs/{id}/events</c>.</param>
/// <param name="Status">The state that it entered.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why, where there is something to say.</param>
public sealed record JobHistoryEntry(
    [property: JsonPropertyName("number")] int Number,
    [property: JsonPropertyName("status")] JobStatus Status,
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("reason")] string? Reason);

/// <summary>A job's life.</summary>
/// <param name="Entries">Its states, in order.</param>
public sealed record JobHistory([property: JsonPropertyName("entries")] IReadOnlyList<JobHistoryEntry> Entries);
