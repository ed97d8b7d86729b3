using Serverless.Placement.Cluster;
using Serverless.Placement.Pools;

namespace Serverless.Workers.Tests.Fakes;

/// <summary>
/// What a worker told the control plane, and what the control plane answers: one pool of one replica's slots, jobs that take reports, a
/// cluster. A test waits for conditions over it; every call looks at them.
/// </summary>
public sealed class ControlRecord
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly Lock access = new();
    readonly List<(Func<ControlRecord, bool> Condition, TaskCompletionSource Met)> waiting = [];
    readonly Queue<ShardLease> leases = new();
    readonly HashSet<RunningShard> leased = [];

    public List<WorkerExchange> Exchanges { get; } = [];

    public List<WorkerReport> Reports { get; } = [];

    public List<ShardOutcome> Ended { get; } = [];

    public List<NodeReport> Heartbeats { get; } = [];

    public List<NodeLeave> Leaves { get; } = [];

    public HashSet<RunningShard> Stop { get; } = [];

    public HashSet<string> Retire { get; } = [];

    /// <summary>Whether a replica was told to retire.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>Slots of every replica. Default: 2.</summary>
    public int Slots { get; set; } = 2;

    /// <summary>Reports that are refused before one is taken.</summary>
    public int ReportFailures { get; set; }

    /// <summary>Exchanges that are refused before one is answered.</summary>
    public int ExchangeFailures { get; set; }

    /// <summary>Whether the cluster asks its nodes to drain.</summary>
    public bool Drain { get; set; }

    public void Offer(params ShardLease[] shards)
    {
        lock (access)
        {
            foreach (var shard in shards)
                leases.Enqueue(shard);
        }
    }

    public ExchangeAnswer Exchange(WorkerExchange exchange) => Record(() =>
    {
        if (ExchangeFailures > 0)
        {
            ExchangeFailures--;
            throw new InvalidOperationException("the pool is not there");
        }

        Exchanges.Add(exchange);
        List<ShardLease> given = [];
        var free = exchange.State == ReplicaState.Ready ? Math.Min(exchange.Capacity, Slots - exchange.Running.Count) : 0;
        while (free-- > 0 && leases.TryDequeue(out var lease))
        {
            given.Add(lease);
            leased.Add(new RunningShard(lease.JobId, lease.Ticket.Shard, lease.Ticket.Attempt));
        }

        IsRetired |= Retire.Contains(exchange.ReplicaId);
        return new ExchangeAnswer(given, [.. Stop.Intersect(exchange.Running)], Retire.Contains(exchange.ReplicaId));
    });

    public void Report(WorkerReport report) => Record(() =>
    {
        if (report.Ended.Count > 0 && ReportFailures > 0)
        {
            ReportFailures--;
            throw new InvalidOperationException("the job is not there");
        }

        Reports.Add(report);
        Ended.AddRange(report.Ended);
        return true;
    });

    public HeartbeatAnswer Heartbeat(NodeReport node) => Record(() =>
    {
        Heartbeats.Add(node);
        return new HeartbeatAnswer(Drain);
    });

    public void Leave(NodeLeave leave) => Record(() =>
    {
        Leaves.Add(leave);
        return true;
    });

    /// <summary>Waits until something is so.</summary>
    public async Task UntilAsync(Func<ControlRecord, bool> condition, string what)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (access)
        {
            if (condition(this))
                return;
            waiting.Add((condition, met));
        }

        try
        {
            await met.Task.WaitAsync(Patience);
        }
        catch (TimeoutException e)
        {
            lock (access)
                throw new TimeoutException($"{what} did not happen; {Exchanges.Count} exchanges, last {Exchanges.LastOrDefault()}; ended: {string.Join("; ", Ended)}", e);
        }
    }

    T Record<T>(Func<T> act)
    {
        lock (access)
        {
            var answer = act();
            foreach (var (_, met) in waiting.Where(wait => wait.Condition(this)).ToList())
                met.TrySetResult();
            return answer;
        }
    }
}
