using Dapr.Actors;
using Serverless.Contracts.Api;
using Serverless.Contracts.Results;
using Serverless.Contracts.Status;
using Serverless.Placement.Pools;

namespace Serverless.Jobs.Actors;

/// <summary>A job. Actor type <see cref="IJobNotices.ActorType"/>, id = <see cref="JobKey"/>. Every call may be repeated.</summary>
public interface IJobActor : IActor
{
    /// <summary>Accepts a job: durable when this ends.</summary>
    Task<SubmitOutcome> SubmitAsync(JobSubmission submission);

    /// <summary>The job; null if there is none.</summary>
    Task<JobView?> GetAsync();

    /// <summary>How far its running shards are, as their workers said last.</summary>
    Task<IReadOnlyList<ShardProgress>> GetProgressAsync();

    /// <summary>Its workflow has entered a state, or learned something.</summary>
    Task EnterAsync(JobStep step);

    /// <summary>Shards whose parts were found in the output folder: an earlier run made them, or the report of this one's is on its way.</summary>
    Task FoundAsync(IReadOnlyList<FoundShard> shards);

    /// <summary>Stops the job.</summary>
    Task<ActOutcome> CancelAsync();

    /// <summary>Hands out no more shards.</summary>
    Task<ActOutcome> PauseAsync();

    /// <summary>Hands out shards again.</summary>
    Task<ActOutcome> ResumeAsync();

    /// <summary>Another job runs its failed rows again.</summary>
    Task<ActOutcome> AddRetryAsync(string id);

    /// <summary>Forgets the job if it has ended.</summary>
    Task<ActOutcome> DeleteAsync();
}

/// <summary>A shard whose part is there, with its rows.</summary>
public sealed record FoundShard(int Shard, long Rows);

/// <summary>What became of a submission.</summary>
/// <param name="Kind">New, the same again, or another job under that id.</param>
/// <param name="Job">The job that is there.</param>
public sealed record SubmitOutcome(SubmitKind Kind, JobView Job);

/// <summary>What became of a submission.</summary>
public enum SubmitKind
{
    /// <summary>A new job.</summary>
    Accepted,

    /// <summary>The same job was there.</summary>
    Repeated,

    /// <summary>Another job has that id.</summary>
    Conflict,
}

/// <summary>What became of a request to change a job.</summary>
/// <param name="Found">Whether there is such a job.</param>
/// <param name="Refusal">Why it cannot be done now; null if it was done.</param>
/// <param name="Job">The job.</param>
public sealed record ActOutcome(bool Found, string? Refusal, JobView? Job);

/// <summary>A job with what its workers report at the moment.</summary>
/// <param name="State">What is stored.</param>
/// <param name="Running">Rows and tokens of shards that run.</param>
/// <param name="TokensPerSecond">Tokens generated a second, over the last half minute.</param>
/// <param name="RowsPerSecond">Rows a second, likewise.</param>
public sealed record JobView(JobState State, JobCounts Running, double TokensPerSecond, double RowsPerSecond);

/// <summary>What a job's workflow tells it.</summary>
public sealed record JobStep
{
    /// <summary>The state that it entered; null: none.</summary>
    public JobStatus? Status { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>Rows of the input.</summary>
    public long? RowsTotal { get; init; }

    /// <summary>Shards.</summary>
    public int? ShardsTotal { get; init; }

    /// <summary>The pool that it is attached to.</summary>
    public string? PoolId { get; init; }

    /// <summary>Why it failed.</summary>
    public JobErrorResource? Error { get; init; }

    /// <summary>Counts by the parts, which replace what was reported.</summary>
    public JobCounts? Final { get; init; }

    /// <summary>The groups of rows that failed.</summary>
    public IReadOnlyList<ErrorGroup>? Errors { get; init; }
}
