using Dapr.Sidecar.Workflows.Instances;

namespace Dapr.Sidecar.Workflows.Turns;

/// <summary>Decides which of the events that wait go into the next turn.</summary>
internal static class TurnSeal
{
    /// <summary>
    /// The events at the head of the inbox that fit into a work item. None of them is the last word of a suspension: the worker
    /// would do nothing with the events before it.
    /// </summary>
    public static List<InboxEvent> Take(Execution execution, long maxPayload, out string? tooLarge)
    {
        tooLarge = null;
        var taken = new List<InboxEvent>();
        var bytes = 0L;
        foreach (var waiting in execution.Inbox)
        {
            if (taken.Count > 0 && bytes + waiting.Size > maxPayload)
            {
                break;
            }

            if (waiting.Size > maxPayload)
            {
                tooLarge = $"An event of type {waiting.Event.EventTypeCase} has {waiting.Size} bytes, a work item may have {maxPayload} "
                    + "(95 % of the largest message): start the sidecar with a larger limit, or pass large data by reference.";
                return [];
            }

            taken.Add(waiting);
            bytes += waiting.Size;
        }

        while (taken is [.., { Event.ExecutionSuspended: not null }])
        {
            taken.RemoveAt(taken.Count - 1);
        }

        return taken;
    }
}
