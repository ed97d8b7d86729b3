using System.Diagnostics.CodeAnalysis;

namespace Dapr.Workflow;

/// <summary>What the caller of a workflow shows of its history, the farthest ancestor first.</summary>
public sealed class PropagatedHistory
{
    /// <summary>A history of some workflows.</summary>
    public PropagatedHistory(IReadOnlyList<PropagatedHistoryEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        Events = events;
    }

    /// <summary>One entry for each workflow.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> Events { get; }

    /// <summary>The apps of the workflows, each once.</summary>
    public IReadOnlyList<string> GetAppIds() => Events.Select(entry => entry.AppId).Distinct(StringComparer.Ordinal).ToArray();

    /// <summary>The entries of the workflows with a name.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> GetEventsByWorkflowName(string name) => Where(entry => entry.Name, name);

    /// <summary>The last entry of a workflow with a name.</summary>
    public bool TryGetLastWorkflowEventByName(string name, [NotNullWhen(true)] out PropagatedHistoryEvent? result) =>
        (result = Events.LastOrDefault(entry => string.Equals(entry.Name, name, StringComparison.Ordinal))) is not null;

    /// <summary>The entries of an app's workflows.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> GetByAppId(string appId) => Where(entry => entry.AppId, appId);

    /// <summary>The entries of an instance.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> GetByInstanceId(string instanceId) => Where(entry => entry.InstanceId, instanceId);

    private PropagatedHistoryEvent[] Where(Func<PropagatedHistoryEvent, string> field, string value) =>
        Events.Where(entry => string.Equals(field(entry), value, StringComparison.Ordinal)).ToArray();
}
