namespace Serverless.Placement.Pools.Leases;

/// <summary>
/// Who waits for slots and who has them. Hands out by priority, then to the tenant with the fewest shards in work, then by the job's age.
/// Plain state: it knows no clock and calls nobody. What a worker says that it runs is believed; what it does not say any more is over.
/// </summary>
internal sealed class LeaseBook
{
    private readonly Dictionary<string, JobBook> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _served = new(StringComparer.Ordinal);
    private long _order;
    private long _turn;

    /// <summary>The replica that is being emptied for a probe, which runs alone; null for none.</summary>
    private string? _quiet;

    public IReadOnlyCollection<JobBook> Jobs => _jobs.Values;

    public JobBook? Find(string jobId) => _jobs.GetValueOrDefault(jobId);

    public void Attach(JobAttachment job)
    {
        if (_jobs.TryGetValue(job.JobId, out var known))
        {
            known.Attachment = job;
        }
        else
        {
            _jobs[job.JobId] = new JobBook(job);
        }
    }

    public void Detach(string jobId) => _jobs.Remove(jobId);

    /// <summary>Takes attempts that are higher than what is known of their shards; whether there were any.</summary>
    /// <param name="offer">The attempts.</param>
    /// <param name="restored">They come out of the store: replicas that have them will say so.</param>
    /// <exception cref="InvalidOperationException">The job is not attached.</exception>
    public bool Offer(ShardOffer offer, bool restored = false)
    {
        var job = Find(offer.JobId) ?? throw new InvalidOperationException($"Job {offer.JobId} offers shards to a pool that it is not attached to: attach it first.");
        var taken = false;
        foreach (var ticket in offer.Shards.Where(ticket => ticket.Attempt > job.AttemptOf(ticket.Shard)))
        {
            job.Add(new Ticket(offer.Group, ticket, offer.NotBefore ?? DateTimeOffset.MinValue, _order++) { Unclaimed = restored });
            taken = true;
        }

        return taken;
    }

    /// <summary>Attempts that no replica claimed after the pool came back wait for a slot again.</summary>
    public void QueueUnclaimed()
    {
        foreach (var job in _jobs.Values)
        {
            job.QueueUnclaimed();
        }
    }

    public void Control(JobControl control)
    {
        if (Find(control.JobId) is { } job)
        {
            job.Paused = control.Kind == JobControlKind.Pause || (job.Paused && control.Kind != JobControlKind.Resume);
            job.Stopped |= control.Kind == JobControlKind.Stop;
        }
    }

    /// <summary>Whether a slot would find work now.</summary>
    public bool HasWork(DateTimeOffset now) => _jobs.Values.Any(job => job.HandsOut && job.Due(now).Any());

    /// <summary>Shards that a replica has.</summary>
    public int LeasedBy(string replica) => _jobs.Values.Sum(job => job.Tickets.Count(ticket => ticket.Replica == replica));

    /// <summary>Takes note of what a replica runs; gives what it shall stop.</summary>
    public IReadOnlyList<RunningShard> Note(string replica, IReadOnlyList<RunningShard> running, DateTimeOffset now)
    {
        var stop = new List<RunningShard>();
        foreach (var shard in running)
        {
            if (Find(shard.JobId) is not { } job || job.Stopped || job.AttemptOf(shard.Shard) > shard.Attempt)
            {
                stop.Add(shard);
            }
            else if (job.Find(shard.Shard) is { } ticket && ticket.Value.Attempt == shard.Attempt && ticket.Replica != replica)
            {
                if (ticket.Replica is null)
                {
                    job.Lease(ticket, replica, now);
                }
                else
                {
                    stop.Add(shard);
                }
            }
        }

        var has = running.ToHashSet();
        foreach (var job in _jobs.Values.Where(job => job.Leased > 0))
        {
            foreach (var ticket in job.Tickets.Where(ticket => ticket.Replica == replica && !has.Contains(Shard(job, ticket))).ToArray())
            {
                job.End(ticket);
            }
        }

        return stop;
    }

    /// <summary>Hands out as much as a replica has room for.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="running">What it runs.</param>
    /// <param name="capacity">Shards that it could take besides.</param>
    /// <param name="ready">Replicas that take shards.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<ShardLease> Lease(string replica, IReadOnlyList<RunningShard> running, int capacity, IReadOnlyCollection<string> ready, DateTimeOffset now)
    {
        var leases = new List<ShardLease>();
        var inFlight = running.CountBy(shard => shard.JobId).ToDictionary();
        if (running.Any(shard => Find(shard.JobId)?.Find(shard.Shard)?.Value is { Probe: not null }))
        {
            return leases;
        }

        while (leases.Count < capacity && Next(replica, inFlight, running.Count + leases.Count, ready, now) is var (job, ticket))
        {
            if (ticket.Value.Probe is not null && running.Count + leases.Count > 0)
            {
                // A probe runs alone: nothing more goes there until it is empty.
                _quiet = replica;
                return leases;
            }

            job.Lease(ticket, replica, now);
            _served[job.Attachment.Tenant] = ++_turn;
            inFlight[job.Attachment.JobId] = inFlight.GetValueOrDefault(job.Attachment.JobId) + 1;
            leases.Add(new ShardLease(job.Attachment.JobId, job.Attachment.SpecUri, ticket.Group, ticket.Value, job.Attachment.TraceParent));
            if (ticket.Value.Probe is not null)
            {
                _quiet = null;
                return leases;
            }
        }

        return leases;
    }

    /// <summary>A replica is gone: what it had is over.</summary>
    public IReadOnlyList<(string JobId, Ticket Ticket)> Lose(string replica)
    {
        var lost = _jobs.Values.SelectMany(job => job.Tickets.Where(ticket => ticket.Replica == replica).Select(ticket => (job.Attachment.JobId, ticket))).ToArray();
        foreach (var (jobId, ticket) in lost)
        {
            _jobs[jobId].End(ticket);
        }

        _quiet = _quiet == replica ? null : _quiet;
        return lost;
    }

    private (JobBook Job, Ticket Ticket)? Next(string replica, Dictionary<string, int> inFlight, int load, IReadOnlyCollection<string> ready, DateTimeOffset now)
    {
        // A replica is being emptied for a probe only as long as there is one that it may have.
        if (_quiet is { } quiet && (!ready.Contains(quiet) || !_jobs.Values.Any(job => job.HandsOut && job.Due(now).Any(ticket => ticket.Value.Probe is not null && !Avoids(quiet, ticket, ready)))))
        {
            _quiet = null;
        }

        var leased = _jobs.Values.GroupBy(job => job.Attachment.Tenant).ToDictionary(group => group.Key, group => group.Sum(job => job.Leased));
        return _jobs.Values
            .Where(job => job.HandsOut && inFlight.GetValueOrDefault(job.Attachment.JobId) < job.Attachment.ShardsPerReplica)
            .Select(job => (Job: job, Ticket: job.Due(now).FirstOrDefault(ticket => MayHave(replica, ticket, load, ready))))
            .Where(candidate => candidate.Ticket is not null)
            .OrderByDescending(candidate => candidate.Job.Attachment.Priority)
            .ThenBy(candidate => leased[candidate.Job.Attachment.Tenant])
            .ThenBy(candidate => _served.GetValueOrDefault(candidate.Job.Attachment.Tenant))
            .ThenBy(candidate => candidate.Job.Attachment.SubmittedAt)
            .ThenBy(candidate => candidate.Job.Attachment.JobId, StringComparer.Ordinal)
            .Select(candidate => ((JobBook, Ticket)?)(candidate.Job, candidate.Ticket!))
            .FirstOrDefault();
    }

    private bool MayHave(string replica, Ticket ticket, int load, IReadOnlyCollection<string> ready) =>
        !Avoids(replica, ticket, ready) && (ticket.Value.Probe is null ? _quiet != replica : load == 0 || _quiet is null || _quiet == replica);

    private static bool Avoids(string replica, Ticket ticket, IReadOnlyCollection<string> ready) =>
        ticket.Value.Avoid is { Count: > 0 } avoid && avoid.Contains(replica) && ready.Any(other => other != replica && !avoid.Contains(other));

    private static RunningShard Shard(JobBook job, Ticket ticket) => new(job.Attachment.JobId, ticket.Value.Shard, ticket.Value.Attempt);
}
