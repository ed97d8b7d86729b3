using System.Text.Json;
using Serverless.Contracts.Api;
using Serverless.Contracts.Results;
using Serverless.Contracts.Status;

namespace Serverless.Jobs.Actors;

/// <summary>A job as its actor keeps it.</summary>
public sealed record JobState
{
    /// <summary>What was submitted.</summary>
    public required JobSubmission Submission { get; init; }

    /// <summary>Where it stands.</summary>
    public JobStatus Status { get; init; } = JobStatus.Queued;

    /// <summary>Where its workflow stands: what a paused job goes back to.</summary>
    public JobStatus Phase { get; init; } = JobStatus.Queued;

    /// <summary>Whether its workflow was started.</summary>
    public bool Scheduled { get; init; }

    /// <summary>Whether it was deleted: only its id is still taken.</summary>
    public bool Deleted { get; init; }

    /// <summary>The pool that it is attached to.</summary>
    public string? PoolId { get; init; }

    /// <summary>Its states so far, in order.</summary>
    public IReadOnlyList<JobHistoryEntry> History { get; init; } = [];

    /// <summary>How many of them were published.</summary>
    public int Told { get; init; }

    /// <summary>Rows of the input; 0 until it is planned.</summary>
    public long RowsTotal { get; init; }

    /// <summary>Shards; 0 until it is planned.</summary>
    public int ShardsTotal { get; init; }

    /// <summary>Rows, shards and tokens of the shards that ended.</summary>
    public JobCounts Ended { get; init; } = new();

    /// <summary>What it waits for.</summary>
    public string? WaitingReason { get; init; }

    /// <summary>Since when it waits for capacity.</summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>Why it failed.</summary>
    public JobErrorResource? Error { get; init; }

    /// <summary>The groups of rows that failed, from the manifest.</summary>
    public IReadOnlyList<ErrorGroup> Errors { get; init; } = [];

    /// <summary>Ids of the jobs that ran its failed rows again, in their order.</summary>
    public IReadOnlyList<string> Retries { get; init; } = [];
}

/// <summary>Sums over shards that ended, each counted once.</summary>
public sealed record JobCounts(int Shards = 0, long Rows = 0, long RowsFailed = 0, long InputTokens = 0, long OutputTokens = 0);

/// <summary>A job that was accepted.</summary>
/// <param name="Key">The job (<see cref="JobKey"/> as text).</param>
/// <param name="SpecUri">The blob of its spec.</param>
/// <param name="SpecHash">Tells one spec from another under the same id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="OutputUri">Its output folder.</param>
/// <param name="SubmittedAt">When.</param>
/// <param name="MaxErrorRate">Its <c>max_error_rate</c>.</param>
/// <param name="PlacementTimeout">Its <c>placement.timeout</c>.</param>
/// <param name="Metadata">The client's labels.</param>
/// <param name="RetryOf">The id of the job whose failed rows it runs.</param>
/// <param name="TraceParent">The span (W3C traceparent) that submitted it. Default: none.</param>
public sealed record JobSubmission(
    string Key, string SpecUri, string SpecHash, string? Name, int Priority, string OutputUri, DateTimeOffset SubmittedAt, double? MaxErrorRate = null,
    TimeSpan? PlacementTimeout = null, IReadOnlyDictionary<string, JsonElement>? Metadata = null, string? RetryOf = null, string? TraceParent = null);
