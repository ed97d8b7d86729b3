using Serverless.Inference.Sequences;

namespace Serverless.Inference.Scheduling;

/// <summary>
/// The waiting requests of one job. Long ones go first, because a long one that starts last keeps a nearly empty engine busy at
/// the end; but only within a window of arrivals, so that an endless supply of long ones cannot hold a short one back for ever.
/// </summary>
internal sealed class JobQueue(string name)
{
    /// <summary>Arrivals that are put in order among themselves.</summary>
    private const int Window = 1024;

    private readonly PriorityQueue<SequenceGroup, (long Window, int Length, long Arrival)> waiting = new();
    private long arrivals;

    /// <summary>The job.</summary>
    public string Name { get; } = name;

    /// <summary>Tokens that the job was given: those of all requests admitted, less what they did not use in the end.</summary>
    public long Served { get; set; }

    /// <summary>Requests that were admitted and have not ended.</summary>
    public int Admitted { get; set; }

    /// <summary>Requests that wait.</summary>
    public int Count => waiting.Count;

    public SequenceGroup Next => waiting.Peek();

    public void Add(SequenceGroup group)
    {
        long arrival = arrivals++;
        waiting.Enqueue(group, (arrival / Window, -(group.PromptLength + group.MaxTokens), arrival));
    }

    public SequenceGroup Take() => waiting.Dequeue();

    /// <summary>Removes the requests that nobody waits for any more.</summary>
    public void RemoveCancelled(List<SequenceGroup> removed)
    {
        int before = removed.Count;
        foreach (var (group, _) in waiting.UnorderedItems)
        {
            if (group.IsCancelled) removed.Add(group);
        }

        for (int i = before; i < removed.Count; i++) waiting.Remove(removed[i], out _, out _);
    }
}
