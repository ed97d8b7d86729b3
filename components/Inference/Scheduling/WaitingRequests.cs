using System.Diagnostics.CodeAnalysis;
using Serverless.Inference.Sequences;

namespace Serverless.Inference.Scheduling;

/// <summary>
/// All waiting requests, fair between jobs: the next one comes from the job that was served least so far. A job that is new, or
/// comes back, starts level with the least served one, so it neither waits for the others' past nor makes up for its own.
/// </summary>
internal sealed class WaitingRequests
{
    // A job is here while it has requests that wait or run.
    private readonly List<JobQueue> jobs = [];
    private readonly Dictionary<string, JobQueue> byName = [];

    /// <summary>Requests that wait.</summary>
    public int Count { get; private set; }

    public void Add(SequenceGroup group)
    {
        if (!byName.TryGetValue(group.Request.Job, out var job))
        {
            job = new JobQueue(group.Request.Job) { Served = LeastServed() };
            byName.Add(job.Name, job);
            jobs.Add(job);
        }

        group.Job = job;
        job.Add(group);
        Count++;
    }

    /// <summary>The request that is next in turn.</summary>
    public bool TryPeek([NotNullWhen(true)] out SequenceGroup? group)
    {
        group = NextJob()?.Next;
        return group is not null;
    }

    /// <summary>Takes the request that <see cref="TryPeek"/> shows, and charges its job for all that it may use.</summary>
    public void Take(SequenceGroup group)
    {
        var job = group.Job!;
        job.Take();
        job.Admitted++;
        job.Served += group.PromptLength + ((long)group.MaxTokens * group.N);
        Count--;
    }

    /// <summary>An admitted request has ended: what it did not use is given back.</summary>
    public void Ended(SequenceGroup group)
    {
        var job = group.Job!;
        foreach (var sequence in group.Sequences) job.Served -= group.MaxTokens - (sequence?.OutputCount ?? 0);
        job.Admitted--;
        Forget(job);
    }

    /// <summary>Removes the waiting requests that nobody waits for any more.</summary>
    public void RemoveCancelled(List<SequenceGroup> removed)
    {
        int before = removed.Count;
        for (int i = jobs.Count - 1; i >= 0; i--)
        {
            jobs[i].RemoveCancelled(removed);
            Forget(jobs[i]);
        }

        Count -= removed.Count - before;
    }

    /// <summary>Removes everything.</summary>
    public void RemoveAll(List<SequenceGroup> removed)
    {
        foreach (var job in jobs)
        {
            while (job.Count > 0) removed.Add(job.Take());
        }

        Count = 0;
    }

    private void Forget(JobQueue job)
    {
        if (job.Count > 0 || job.Admitted > 0) return;
        jobs.Remove(job);
        byName.Remove(job.Name);
    }

    private JobQueue? NextJob()
    {
        JobQueue? next = null;
        foreach (var job in jobs)
        {
            if (job.Count > 0 && (next is null || job.Served < next.Served)) next = job;
        }

        return next;
    }

    private long LeastServed()
    {
        long least = long.MaxValue;
        foreach (var job in jobs) least = Math.Min(least, job.Served);
        return jobs.Count == 0 ? 0 : least;
    }
}
