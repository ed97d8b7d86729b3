using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Turns;

/// <summary>An event for another instance.</summary>
internal readonly record struct SentEvent(InstanceKey Target, Encoded Event);

/// <summary>Another instance to terminate.</summary>
internal readonly record struct Termination(InstanceKey Target, string? Reason, bool Recurse);

/// <summary>A child of the workflow: the event that records it and the instance to create.</summary>
internal readonly record struct Child(HistoryEvent Created, NewInstance Instance);

/// <summary>What the actions of a turn amount to; made of the response alone, without a look at any state.</summary>
internal sealed class TurnOutcome
{
    /// <summary>What the history records, in the order of the actions; not the end.</summary>
    public List<HistoryEvent> Events { get; } = [];

    public List<HistoryEvent> Activities { get; } = [];

    public List<HistoryEvent> Timers { get; } = [];

    public List<Child> Children { get; } = [];

    public List<NewInstance> Detached { get; } = [];

    public List<SentEvent> Sent { get; } = [];

    public List<Termination> Terminations { get; } = [];

    /// <summary>Failures of activities and children that are known at once.</summary>
    public List<Encoded> Resolutions { get; } = [];

    /// <summary>The end of the workflow.</summary>
    public Encoded? End { get; set; }

    /// <summary>The workflow goes on as a new execution.</summary>
    public CompleteWorkflowAction? ContinueAsNew { get; set; }

    /// <summary>Whether nothing follows this turn in this execution.</summary>
    public bool IsLast => End is not null || ContinueAsNew is not null;

    /// <summary>The other instances that are touched.</summary>
    public IEnumerable<InstanceKey> Others() =>
        Children.Select(child => child.Instance.Key)
            .Concat(Detached.Select(detached => detached.Key))
            .Concat(Sent.Select(sent => sent.Target))
            .Concat(Terminations.Select(termination => termination.Target));
}
