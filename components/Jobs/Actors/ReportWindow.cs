using Serverless.Placement.Pools;

namespace Serverless.Jobs.Actors;

/// <summary>What workers say of shards that run, and how fast the job is: in memory only, made anew by the next reports.</summary>
internal sealed class ReportWindow(TimeProvider time)
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, (long At, IReadOnlyList<ShardProgress> Running)> _replicas = [];
    private readonly Queue<(long At, long Rows, long Tokens)> _samples = [];
    private long _found;

    /// <summary>Rows that are done and that no replica of now has done: they are no speed.</summary>
    public void Found(long rows) => _found += rows;

    /// <summary>A replica has spoken.</summary>
    /// <param name="report">What it said.</param>
    /// <param name="ended">Sums over shards that ended.</param>
    public void Add(WorkerReport report, JobCounts ended)
    {
        var now = time.GetTimestamp();
        _replicas[report.ReplicaId] = (now, report.Running);
        foreach (var silent in _replicas.Where(replica => time.GetElapsedTime(replica.Value.At, now) > Length).Select(replica => replica.Key).ToList())
        {
            _replicas.Remove(silent);
        }

        var running = Running;
        _samples.Enqueue((now, ended.Rows - _found + running.Rows, ended.OutputTokens + running.OutputTokens));
        while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().At, now) > Length)
        {
            _samples.Dequeue();
        }
    }

    /// <summary>The shards that run.</summary>
    public IReadOnlyList<ShardProgress> Shards => [.. _replicas.Values.SelectMany(replica => replica.Running)];

    /// <summary>Rows and tokens of the shards that run.</summary>
    public JobCounts Running
    {
        get
        {
            var shards = Shards;
            return new JobCounts(
                shards.Count, shards.Sum(shard => shard.RowsDone), shards.Sum(shard => shard.RowsFailed), shards.Sum(shard => shard.InputTokens),
                shards.Sum(shard => shard.OutputTokens));
        }
    }

    /// <summary>Rows and tokens a second over the window.</summary>
    public (double Rows, double Tokens) Rate
    {
        get
        {
            if (_samples.Count < 2)
            {
                return (0, 0);
            }

            var (first, last) = (_samples.Peek(), _samples.Last());
            var seconds = time.GetElapsedTime(first.At, last.At).TotalSeconds;
            return seconds <= 0 ? (0, 0) : (Math.Max(0, last.Rows - first.Rows) / seconds, Math.Max(0, last.Tokens - first.Tokens) / seconds);
        }
    }
}
