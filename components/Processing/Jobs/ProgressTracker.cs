using Serverless.Contracts.Results;
using Serverless.Contracts.Status;

namespace Serverless.Processing.Jobs;

/// <summary>Counts, and tells whoever listens: at once when the state changes, otherwise a few times a second.</summary>
internal sealed class ProgressTracker : IShardProgress, IDisposable
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    readonly IProgress<JobProgress>? listener;
    readonly TimeProvider time;
    readonly long started;
    readonly ITimer? timer;
    readonly Lock reporting = new();
    JobStatus status = JobStatus.Queued;
    long generatingSince;
    long rowsTotal, rowsDone, rowsFailed, rowsResumed, inputTokens, outputTokens;
    int shardsTotal, shardsDone;

    public ProgressTracker(IProgress<JobProgress>? listener, TimeProvider time)
    {
        (this.listener, this.time) = (listener, time);
        started = time.GetTimestamp();
        timer = listener is null ? null : time.CreateTimer(_ => Report(), null, Interval, Interval);
    }

    public JobStatus Status => status;

    public long RowsFailed => Volatile.Read(ref rowsFailed);

    public void Enter(JobStatus next)
    {
        if (!JobTransitions.IsAllowed(status, next))
            throw new InvalidOperationException($"a job cannot go from {status} to {next}");
        status = next;
        Report();
    }

    public void Planned(JobPlan plan)
    {
        (rowsTotal, shardsTotal) = (plan.Rows, plan.Shards);
        Report();
    }

    public void Resumed(PartMetadata part)
    {
        Interlocked.Add(ref rowsResumed, part.Rows);
        Interlocked.Add(ref rowsDone, part.Rows);
        Interlocked.Add(ref rowsFailed, part.RowsFailed);
        Interlocked.Increment(ref shardsDone);
    }

    public void EngineReady() => generatingSince = time.GetTimestamp();

    public void RowDone(Usage usage)
    {
        Interlocked.Increment(ref rowsDone);
        Interlocked.Add(ref inputTokens, usage.InputTokens);
        Interlocked.Add(ref outputTokens, usage.OutputTokens);
    }

    public long RowFailed() => Interlocked.Increment(ref rowsFailed);

    /// <summary>A shard's attempt ended without a part: its rows will come again.</summary>
    public void AttemptLost(long rows, long failed)
    {
        Interlocked.Add(ref rowsDone, -rows);
        Interlocked.Add(ref rowsFailed, -failed);
    }

    public void ShardDone()
    {
        Interlocked.Increment(ref shardsDone);
        Report();
    }

    public void Dispose() => timer?.Dispose();

    void Report()
    {
        // One at a time, so that a listener never sees counts go back.
        if (listener is null)
            return;
        lock (reporting)
            listener.Report(Snapshot());
    }

    JobProgress Snapshot() => new()
    {
        Status = status,
        RowsTotal = rowsTotal,
        RowsDone = Volatile.Read(ref rowsDone),
        RowsFailed = Volatile.Read(ref rowsFailed),
        RowsResumed = Volatile.Read(ref rowsResumed),
        ShardsTotal = shardsTotal,
        ShardsDone = Volatile.Read(ref shardsDone),
        InputTokens = Volatile.Read(ref inputTokens),
        OutputTokens = Volatile.Read(ref outputTokens),
        Elapsed = time.GetElapsedTime(started),
        Generating = generatingSince == 0 ? TimeSpan.Zero : time.GetElapsedTime(generatingSince),
    };
}
