using Serverless.Contracts.Results;
using Serverless.Storage.Blobs;

namespace Serverless.Processing.Jobs;

/// <summary>
/// The plans that a process read last. A plan names every file of its input, and each of a job's many steps needs it: reading it anew each time would make
/// the cost of a job grow with the square of its files. A plan is kept only as long as its blob is the same one.
/// </summary>
public sealed class PlanCache
{
    const int Kept = 4;

    readonly Lock access = new();
    readonly LinkedList<Entry> entries = new();

    /// <summary>The plan in the output folder; null if there is none.</summary>
    internal async Task<JobPlan?> ReadAsync(OutputFolder output, CancellationToken cancellationToken)
    {
        // The blob before its content: a plan that is replaced in between is read again next time.
        if (await output.Store.GetInfoAsync(JobPlan.FileName, cancellationToken) is not { } blob)
            return null;
        if (Find(output.Uri, blob) is { } known)
            return known;
        var plan = await output.ReadAsync<JobPlan>(JobPlan.FileName, cancellationToken);
        if (plan is not null)
            Keep(new Entry(output.Uri, blob.ETag, plan));
        return plan;
    }

    JobPlan? Find(string uri, BlobInfo blob)
    {
        lock (access)
            return entries.FirstOrDefault(entry => entry.Uri == uri && entry.ETag == blob.ETag)?.Plan;
    }

    void Keep(Entry entry)
    {
        lock (access)
        {
            entries.AddFirst(entry);
            if (entries.Count > Kept)
                entries.RemoveLast();
        }
    }

    sealed record Entry(string Uri, string ETag, JobPlan Plan);
}
