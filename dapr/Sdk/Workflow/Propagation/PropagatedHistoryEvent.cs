using System.Diagnostics.CodeAnalysis;

namespace Dapr.Workflow;

/// <summary>What is shown of one workflow's history.</summary>
public sealed class PropagatedHistoryEvent
{
    /// <summary>What is shown of one workflow's history.</summary>
    public PropagatedHistoryEvent(
        string instanceId,
        string appId,
        string name,
        IReadOnlyList<PropagatedHistoryActivityResult> activities,
        IReadOnlyList<PropagatedHistoryWorkflowResult> childWorkflows)
    {
        ArgumentNullException.ThrowIfNull(activities);
        ArgumentNullException.ThrowIfNull(childWorkflows);
        InstanceId = instanceId;
        AppId = appId;
        Name = name;
        Activities = activities;
        Workflows = childWorkflows;
    }

    /// <summary>The instance.</summary>
    public string InstanceId { get; }

    /// <summary>The app that runs it.</summary>
    public string AppId { get; }

    /// <summary>The workflow's name.</summary>
    public string Name { get; }

    /// <summary>Its activities in the order in which it called them.</summary>
    public IReadOnlyList<PropagatedHistoryActivityResult> Activities { get; }

    /// <summary>Its child workflows in the order in which it called them.</summary>
    public IReadOnlyList<PropagatedHistoryWorkflowResult> Workflows { get; }

    /// <summary>The calls of an activity.</summary>
    public IReadOnlyList<PropagatedHistoryActivityResult> GetActivitiesByName(string name) =>
        Activities.Where(result => string.Equals(result.Name, name, StringComparison.Ordinal)).ToArray();

    /// <summary>The last call of an activity.</summary>
    public bool TryGetLastActivityByName(string name, [NotNullWhen(true)] out PropagatedHistoryActivityResult? result) =>
        (result = Activities.LastOrDefault(entry => string.Equals(entry.Name, name, StringComparison.Ordinal))) is not null;

    /// <summary>The calls of a child workflow.</summary>
    public IReadOnlyList<PropagatedHistoryWorkflowResult> GetWorkflowsByName(string name) =>
        Workflows.Where(result => string.Equals(result.Name, name, StringComparison.Ordinal)).ToArray();

    /// <summary>The last call of a child workflow.</summary>
    public bool TryGetLastWorkflowByName(string name, [NotNullWhen(true)] out PropagatedHistoryWorkflowResult? result) =>
        (result = Workflows.LastOrDefault(entry => string.Equals(entry.Name, name, StringComparison.Ordinal))) is not null;
}
