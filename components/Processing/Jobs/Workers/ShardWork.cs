using Serverless.Contracts.Results;

namespace Serverless.Processing.Jobs;

/// <summary>One attempt at one shard.</summary>
/// <param name="Shard">Number of the shard.</param>
/// <param name="Attempt">1, 2, ...</param>
public sealed record ShardWork(int Shard, int Attempt)
{
    /// <summary>Only these rows, to see whether they take the engine down; no part is written. Default: null, the whole shard.</summary>
    public ProbeRows? Probe { get; init; }

    /// <summary>Rows (positions in the shard) that the engine must not see: they become rows with the error <c>poison_row</c>. Default: none.</summary>
    public IReadOnlyList<long> PoisonRows { get; init; } = [];
}

/// <summary>Rows of a shard, by their position in it.</summary>
/// <param name="First">The first.</param>
/// <param name="Count">How many.</param>
public sealed record ProbeRows(long First, long Count);

/// <summary>What an attempt left: what the shard's part says of itself, or how many rows a probe had.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="RowsFailed">Of these, with an error.</param>
/// <param name="Usage">Tokens.</param>
public sealed record ShardResult(long Rows, long RowsFailed, Usage Usage);

/// <summary>How far a running attempt is; may be read at any time.</summary>
public sealed class ShardCounter : IShardProgress
{
    readonly JobFailures failures;
    long rowsDone, rowsFailed, inputTokens, outputTokens;

    internal ShardCounter(JobFailures failures) => this.failures = failures;

    /// <summary>Rows that have an answer or an error.</summary>
    public long RowsDone => Volatile.Read(ref rowsDone);

    /// <summary>Of these, rows with an error.</summary>
    public long RowsFailed => Volatile.Read(ref rowsFailed);

    /// <summary>Tokens of prompts.</summary>
    public long InputTokens => Volatile.Read(ref inputTokens);

    /// <summary>Tokens generated.</summary>
    public long OutputTokens => Volatile.Read(ref outputTokens);

    void IShardProgress.RowDone(Usage usage)
    {
        Interlocked.Increment(ref rowsDone);
        Interlocked.Add(ref inputTokens, usage.InputTokens);
        Interlocked.Add(ref outputTokens, usage.OutputTokens);
    }

    long IShardProgress.RowFailed()
    {
        Interlocked.Increment(ref rowsFailed);
        return failures.Add(1);
    }

    void IShardProgress.AttemptLost(long rows, long failed) => failures.Add(-failed);
}

/// <summary>Counts the failed rows of a job in this process.</summary>
internal sealed class JobFailures
{
    long rows;

    public long Add(long count) => Interlocked.Add(ref rows, count);
}
