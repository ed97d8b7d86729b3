using Serverless.Contracts.Api;
using Serverless.Contracts.Status;
using Serverless.Placement.Pools;

namespace Serverless.Jobs.Actors;

/// <summary>The events that a job's actor raises on its workflows.</summary>
public static class JobEvents
{
    /// <summary>On a group: <see cref="ShardsEnded"/>.</summary>
    public const string ShardsEnded = "shards-ended";

    /// <summary>On the job and its groups: <see cref="StopRequest"/>.</summary>
    public const string Stop = "stop";

    /// <summary>Name of the job's workflow.</summary>
    public const string JobWorkflow = "BatchJobWorkflow";
}

/// <summary>Attempts of a group that ended.</summary>
public sealed record ShardsEnded(IReadOnlyList<ShardEnd> Shards);

/// <summary>One of them: what <see cref="ShardOutcome"/> says of it, and which replica had it.</summary>
public sealed record ShardEnd(
    int Shard, int Attempt, ShardOutcomeKind Kind, string? ErrorCode, string? ErrorMessage, string? ReplicaId, IReadOnlyList<long>? SuspectRows = null);

/// <summary>The job shall end.</summary>
/// <param name="As">cancelled, expired or failed.</param>
/// <param name="Error">Why, for failed.</param>
public sealed record StopRequest(JobStatus As, JobErrorResource? Error = null);

/// <summary>What a job's workflow is started with.</summary>
/// <param name="Key">The job.</param>
/// <param name="SpecUri">The blob of its spec.</param>
/// <param name="SubmittedAt">When it was accepted.</param>
public sealed record JobWorkflowInput(string Key, string SpecUri, DateTimeOffset SubmittedAt);
