using Serverless.Contracts.Status;

namespace Serverless.Processing.Jobs;

/// <summary>How far a job is. Counts include what earlier runs finished.</summary>
public sealed record JobProgress
{
    /// <summary>Where it stands.</summary>
    public required JobStatus Status { get; init; }

    /// <summary>Rows of the input; 0 until planned.</summary>
    public long RowsTotal { get; init; }

    /// <summary>Rows that have an answer or an error.</summary>
    public long RowsDone { get; init; }

    /// <summary>Of these, rows with an error.</summary>
    public long RowsFailed { get; init; }

    /// <summary>Rows that earlier runs finished.</summary>
    public long RowsResumed { get; init; }

    /// <summary>Shards of the job; 0 until planned.</summary>
    public int ShardsTotal { get; init; }

    /// <summary>Shards whose part is durable.</summary>
    public int ShardsDone { get; init; }

    /// <summary>Prompt tokens of this run.</summary>
    public long InputTokens { get; init; }

    /// <summary>Generated tokens of this run.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Since this run began.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Since this run's engine was ready; zero before. Rates are over this time.</summary>
    public TimeSpan Generating { get; init; }
}
