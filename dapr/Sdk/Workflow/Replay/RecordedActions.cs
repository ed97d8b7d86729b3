using Dapr.Protocol;
using Kind = Dapr.Protocol.HistoryEvent.EventTypeOneofCase;

namespace Dapr.Workflow.Replay;

/// <summary>
/// What the history says that the code has asked for, by id. The code claims each when it asks for the same again; what nobody has
/// claimed at the end of a turn, or what is of another kind, shows that the code has changed.
/// </summary>
internal sealed class RecordedActions
{
    private readonly WorkflowHistory history;
    private readonly Dictionary<int, int> positions;
    private readonly HashSet<int> unclaimed;
    private Dictionary<string, List<int>>? childrenByInstance;

    public RecordedActions(WorkflowHistory history)
    {
        this.history = history;
        positions = new Dictionary<int, int>(history.Count / 2);
        unclaimed = new HashSet<int>(history.Count / 2);
        for (var position = 0; position < history.Count; position++)
        {
            var entry = history[position];
            if (IsAction(entry) && (positions.TryAdd(entry.EventId, position) || IsAnotherChild(entry)))
            {
                unclaimed.Add(position);
            }
        }
    }

    /// <summary>The position of the event that recorded the action of an id. Null when none did.</summary>
    public int? Find(int id) => positions.TryGetValue(id, out var position) ? position : null;

    /// <summary>
    /// The position of the event that recorded a child: with its id, else with its instance id (a sidecar may number children in
    /// another way), else any child under its id (an instance that was started again from an event has other instance ids).
    /// </summary>
    public int? FindChild(int id, string instanceId)
    {
        var byId = Find(id);
        if (byId is { } position && IsUnclaimedChild(position) && history[position].ChildWorkflowInstanceCreated.InstanceId == instanceId)
        {
            return position;
        }

        childrenByInstance ??= IndexChildren();
        if (childrenByInstance.TryGetValue(instanceId, out var candidates))
        {
            foreach (var candidate in candidates)
            {
                if (unclaimed.Contains(candidate))
                {
                    return candidate;
                }
            }
        }

        return byId is not { } taken || unclaimed.Contains(taken) ? byId : null;
    }

    /// <summary>The code has asked for what the event at a position recorded.</summary>
    public void Claim(int position) => unclaimed.Remove(position);

    /// <summary>The first event that recorded what the code has not asked for. Null when there is none.</summary>
    public int? FirstUnclaimed => unclaimed.Count == 0 ? null : unclaimed.Min();

    private static bool IsAction(HistoryEvent entry) => entry.EventTypeCase
        is Kind.TaskScheduled or Kind.TimerCreated or Kind.ChildWorkflowInstanceCreated or Kind.EventSent;

    private bool IsAnotherChild(HistoryEvent entry) =>
        entry.EventTypeCase == Kind.ChildWorkflowInstanceCreated
        && history[positions[entry.EventId]].ChildWorkflowInstanceCreated?.InstanceId != entry.ChildWorkflowInstanceCreated.InstanceId;

    private bool IsUnclaimedChild(int position) =>
        history[position].EventTypeCase == Kind.ChildWorkflowInstanceCreated && unclaimed.Contains(position);

    private Dictionary<string, List<int>> IndexChildren()
    {
        var index = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var position in unclaimed.Where(IsUnclaimedChild).Order())
        {
            var instanceId = history[position].ChildWorkflowInstanceCreated.InstanceId;
            if (!index.TryGetValue(instanceId, out var list))
            {
                index[instanceId] = list = [];
            }

            list.Add(position);
        }

        return index;
    }
}
