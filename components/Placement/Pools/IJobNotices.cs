using Dapr.Actors;

namespace Serverless.Placement.Pools;

/// <summary>
/// What workers and pools tell a job (actor type <see cref="ActorType"/>, id = job id). The job stores it, raises events of its workflows,
/// and calls no actor in these turns.
/// </summary>
public interface IJobNotices : IActor
{
    /// <summary>Actor type of jobs.</summary>
    const string ActorType = "Job";

    /// <summary>Attempts ended, or progress was made. Ends when what ended is durable; the worker repeats it until then.</summary>
    Task ReportAsync(WorkerReport report);

    /// <summary>The pool has a replica for the job, waits for one, or cannot have one.</summary>
    Task CapacityAsync(CapacityNotice notice);
}

/// <summary>What a worker tells a job, about once a second and when an attempt ends.</summary>
/// <param name="JobId">The job.</param>
/// <param name="ReplicaId">Who.</param>
/// <param name="Ended">Attempts that ended; their parts are durable.</param>
/// <param name="Running">Rows and tokens of the attempts that run, so far.</param>
public sealed record WorkerReport(string JobId, string ReplicaId, IReadOnlyList<ShardOutcome> Ended, IReadOnlyList<ShardProgress> Running);

/// <summary>How an attempt ended.</summary>
/// <param name="Group">The group of the shard.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Kind">How.</param>
/// <param name="Rows">Rows of the part.</param>
/// <param name="RowsFailed">Of these, with an error.</param>
/// <param name="InputTokens">Tokens of prompts.</param>
/// <param name="OutputTokens">Tokens generated.</param>
/// <param name="ErrorCode">For a failure: one of the error codes of Contracts.</param>
/// <param name="ErrorMessage">For a failure: what went wrong.</param>
/// <param name="SuspectRows">Rows (positions in the shard) that the engine had when it broke or its worker died: one of them may be the cause. Default: not known.</param>
public sealed record ShardOutcome(
    int Group, int Shard, int Attempt, ShardOutcomeKind Kind, long Rows = 0, long RowsFailed = 0, long InputTokens = 0, long OutputTokens = 0,
    string? ErrorCode = null, string? ErrorMessage = null, IReadOnlyList<long>? SuspectRows = null);

/// <summary>How an attempt can end.</summary>
public enum ShardOutcomeKind
{
    /// <summary>The part is there (this attempt's, or an earlier one's).</summary>
    Done,

    /// <summary>The attempt failed; <see cref="ShardOutcome.ErrorCode"/> says what that means.</summary>
    Failed,

    /// <summary>It was stopped on order.</summary>
    Stopped,

    /// <summary>A probe came through: its rows take no worker down.</summary>
    ProbePassed,

    /// <summary>The worker that had it is gone (told by the pool, or by the worker's next process).</summary>
    WorkerLost,
}

/// <summary>How far a running attempt is.</summary>
public sealed record ShardProgress(int Shard, int Attempt, long RowsDone, long RowsFailed, long InputTokens, long OutputTokens);

/// <summary>How a job stands with its pool.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Available">Whether a replica takes its shards.</param>
/// <param name="Reason">What it waits for: the missing resource by name. Null when available.</param>
/// <param name="Infeasible">No node that is there or declared could ever hold it.</param>
/// <param name="ErrorCode">The engine cannot run: the job fails with this code. Default: null.</param>
/// <param name="ErrorMessage">What is wrong.</param>
public sealed record CapacityNotice(string JobId, bool Available, string? Reason, bool Infeasible = false, string? ErrorCode = null, string? ErrorMessage = null);
