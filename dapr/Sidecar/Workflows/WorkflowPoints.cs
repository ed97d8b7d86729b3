namespace Dapr.Sidecar.Workflows;

/// <summary>The named points of the workflow engine's write paths (<see cref="SidecarOptions.OnPoint"/>).</summary>
internal static class WorkflowPoints
{
    public const string AcceptedBeforeCommit = "sidecar.workflow.accepted-before-commit";
    public const string AcceptedAfterCommit = "sidecar.workflow.accepted-after-commit";
    public const string TurnDispatched = "sidecar.workflow.turn-dispatched";
    public const string TurnCompletedBeforeCommit = "sidecar.workflow.turn-completed-before-commit";
    public const string TurnCompletedAfterCommit = "sidecar.workflow.turn-completed-after-commit";
    public const string ActivityDispatched = "sidecar.workflow.activity-dispatched";
    public const string ActivityCompletedBeforeCommit = "sidecar.workflow.activity-completed-before-commit";
    public const string ActivityCompletedAfterCommit = "sidecar.workflow.activity-completed-after-commit";
    public const string TimerFiredBeforeCommit = "sidecar.workflow.timer-fired-before-commit";
    public const string TimerFiredAfterCommit = "sidecar.workflow.timer-fired-after-commit";
    public const string EventRaisedBeforeCommit = "sidecar.workflow.event-raised-before-commit";
    public const string EventRaisedAfterCommit = "sidecar.workflow.event-raised-after-commit";
    public const string ChildCreatedBeforeCommit = "sidecar.workflow.child-created-before-commit";
    public const string ChildCreatedAfterCommit = "sidecar.workflow.child-created-after-commit";
    public const string TerminateBeforeCommit = "sidecar.workflow.terminate-before-commit";
    public const string TerminateAfterCommit = "sidecar.workflow.terminate-after-commit";
    public const string CascadeBeforeChild = "sidecar.workflow.cascade-before-child";
    public const string CascadeAfterChildren = "sidecar.workflow.cascade-after-children";
    public const string PurgeBeforeCommit = "sidecar.workflow.purge-before-commit";
    public const string PurgeAfterCommit = "sidecar.workflow.purge-after-commit";
}
