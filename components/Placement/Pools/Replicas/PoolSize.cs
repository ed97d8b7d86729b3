using Serverless.Placement.Pools.Leases;

namespace Serverless.Placement.Pools.Replicas;

/// <summary>How many replicas a pool wants.</summary>
internal static class PoolSize
{
    /// <summary>
    /// The largest number that a job asks for, but no more than there is work for, and no fewer than a job asks for at least. A job that has
    /// offered nothing yet gets one: its engine loads meanwhile. Jobs that are paused or stopped ask for nothing.
    /// </summary>
    public static int Of(IEnumerable<JobBook> jobs)
    {
        JobBook[] active = [.. jobs.Where(job => job.HandsOut)];
        if (active.Length == 0)
        {
            return 0;
        }

        var most = active.Max(job => Math.Max(job.Attachment.MaxReplicas, 1));
        var least = active.Max(job => Math.Clamp(job.Attachment.MinReplicas, 1, Math.Max(job.Attachment.MaxReplicas, 1)));
        var work = active.Sum(job => (job.Tickets.Count + job.Attachment.ShardsPerReplica - 1) / job.Attachment.ShardsPerReplica);
        return Math.Clamp(work, least, most);
    }
}
