using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Engine;
using Dapr.Sidecar.Workflows.Instances;
using Dapr.Sidecar.Workflows.Rows;

namespace Dapr.Sidecar.Workflows.Turns;

/// <summary>
/// The instance goes on as a new execution, with an empty history. Raised events that the workflow did not take go with it, first those
/// that it hands on, then those that came meanwhile; results of the old execution do not.
/// </summary>
internal static class ContinueAsNew
{
    public static void Apply(WorkflowEngine engine, Change change, Execution old, InstanceRow row, CompleteWorkflowAction next)
    {
        var started = old.Start!.ExecutionStarted.Clone();
        started.Input = next.Result;
        started.Version = next.NewVersion ?? started.Version;
        started.ScheduledStartTimestamp = null;

        // A trace over all generations of an eternal workflow would never end.
        started.ParentTraceContext = null;
        var created = NewInstance.Of(engine.Sequence.Next(), old.Key, null, row.Updated, started, old.Start.Router?.SourceAppID ?? old.Key.AppId);
        var execution = created.Execution;
        execution.Row = execution.Row with
        {
            Status = OrchestrationStatus.Running,
            Created = row.Created,
            Started = row.Started,
            Suspended = row.Suspended,
            CustomStatus = row.CustomStatus,
        };
        execution.Clock = old.Clock;

        var timers = old.OpenTimers.Keys.ToArray();
        change.Start(execution, created.Start);
        foreach (var carried in next.CarryoverEvents)
        {
            change.Deliver(execution, Encoded.Of(carried));
        }

        foreach (var waiting in old.Inbox.Where(waiting => waiting.Event is { EventRaised: not null } or { ExecutionSuspended: not null } or { ExecutionResumed: not null }))
        {
            change.Deliver(execution, Encoded.Of(waiting.Event));
        }

        change.Then(() =>
        {
            Ending.ForgetTimers(engine, old, timers);
            engine.Dispatcher.Wake(execution);
            engine.Waiters.Changed(execution.Key);
        });
    }
}
