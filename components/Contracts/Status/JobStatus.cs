using System.Text.Json.Serialization;

namespace Serverless.Contracts.Status;

/// <summary>Where a job stands. Which state may follow which: <see cref="JobTransitions"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobStatus>))]
public enum JobStatus
{
    /// <summary>Accepted and durable.</summary>
    [JsonStringEnumMemberName("queued")]
    Queued,

    /// <summary>The input is being listed and cut into shards.</summary>
    [JsonStringEnumMemberName("planning")]
    Planning,

    /// <summary>No engine replica is there yet.</summary>
    [JsonStringEnumMemberName("waiting_for_capacity")]
    WaitingForCapacity,

    /// <summary>Shards are being generated.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>No new shard is handed out until the job is resumed.</summary>
    [JsonStringEnumMemberName("paused")]
    Paused,

    /// <summary>Every shard has its part; rows are counted and the manifest is written.</summary>
    [JsonStringEnumMemberName("finalizing")]
    Finalizing,

    /// <summary>Every row has an answer.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>Every row has an answer or an error, and some have an error.</summary>
    [JsonStringEnumMemberName("completed_with_errors")]
    CompletedWithErrors,

    /// <summary>The job could not go on; its error says why.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Running shards are being stopped.</summary>
    [JsonStringEnumMemberName("cancelling")]
    Cancelling,

    /// <summary>Stopped on request; finished rows stay.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,

    /// <summary>Stopped at its deadline; finished rows stay.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,
}
