using Dapr.Actors;
using Dapr.Actors.Client;
using Microsoft.Extensions.Logging;
using Serverless.Placement.Hosting;

namespace Serverless.Placement.Pools;

/// <summary>
/// What a pool has to tell jobs. It is told outside of the pool's turns: a job's turn may be waiting for the pool, and then neither may wait for
/// the other. What could not be told is kept for the next <see cref="Flush"/>. What a crash loses is found by the groups' watchdogs.
/// </summary>
internal sealed class NoticeOutbox(IActorProxyFactory proxies, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Letters> _jobs = new(StringComparer.Ordinal);

    /// <summary>Attempts of a job ended with their replica.</summary>
    public void Lost(string jobId, string replicaId, IReadOnlyList<ShardOutcome> outcomes)
    {
        lock (_gate)
        {
            Of(jobId).Reports.Enqueue(new WorkerReport(jobId, replicaId, outcomes, []));
        }
    }

    /// <summary>How the pool stands for a job; told if it is news.</summary>
    public void Capacity(CapacityNotice notice)
    {
        lock (_gate)
        {
            var letters = Of(notice.JobId);
            letters.Capacity = notice == letters.Told ? null : notice;
        }
    }

    /// <summary>Forgets a job, but for what it must know still.</summary>
    public void Forget(string jobId)
    {
        lock (_gate)
        {
            if (_jobs.TryGetValue(jobId, out var letters))
            {
                (letters.Capacity, letters.Told, letters.Leaves) = (null, null, true);
            }
        }
    }

    /// <summary>Begins to tell what there is to tell. Returns at once.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            foreach (var (jobId, letters) in _jobs.ToArray())
            {
                if (letters.Leaves && letters.Reports.Count == 0)
                {
                    _jobs.Remove(jobId);
                }
                else if (!letters.Sending && letters.HasNews)
                {
                    letters.Sending = true;

                    // Nothing of the turn goes along, least of all the chain of calls that it belongs to.
                    using (ExecutionContext.SuppressFlow())
                    {
                        _ = Task.Run(() => SendAsync(jobId, letters));
                    }
                }
            }
        }
    }

    private async Task SendAsync(string jobId, Letters letters)
    {
        var job = proxies.CreateActorProxy<IJobNotices>(new ActorId(jobId), IJobNotices.ActorType);
        try
        {
            while (Next(letters) is var (report, capacity) && (report is not null || capacity is not null))
            {
                await (report is not null ? job.ReportAsync(report) : job.CapacityAsync(capacity!)).WaitAsync(Deadline, time);
                lock (_gate)
                {
                    if (report is not null)
                    {
                        letters.Reports.Dequeue();
                    }
                    else
                    {
                        (letters.Told, letters.Capacity) = (capacity, letters.Capacity == capacity ? null : letters.Capacity);
                    }
                }
            }
        }
        catch (Exception error)
        {
            PlacementLog.JobNotTold(logger, error, jobId);
            lock (_gate)
            {
                letters.Sending = false;
            }
        }
    }

    private (WorkerReport? Report, CapacityNotice? Capacity) Next(Letters letters)
    {
        lock (_gate)
        {
            // Whoever adds from here on starts anew.
            letters.Sending = letters.HasNews;
            return letters.Reports.TryPeek(out var report) ? (report, null) : (null, letters.Capacity);
        }
    }

    private Letters Of(string jobId)
    {
        if (!_jobs.TryGetValue(jobId, out var letters))
        {
            _jobs[jobId] = letters = new Letters();
        }

        letters.Leaves = false;
        return letters;
    }

    private sealed class Letters
    {
        public Queue<WorkerReport> Reports { get; } = new();

        public CapacityNotice? Capacity { get; set; }

        public CapacityNotice? Told { get; set; }

        public bool Sending { get; set; }

        public bool Leaves { get; set; }

        public bool HasNews => Reports.Count > 0 || Capacity is not null;
    }
}
