namespace Dapr.Workflow.Client;

/// <summary>What happened to an instance.</summary>
public enum WorkflowHistoryEventType
{
    /// <summary>Something that this version does not know.</summary>
    Unknown = 0,

    /// <summary>The instance, or a generation of it, started.</summary>
    ExecutionStarted = 1,

    /// <summary>It ended.</summary>
    ExecutionCompleted = 2,

    /// <summary>It was terminated.</summary>
    ExecutionTerminated = 3,

    /// <summary>An activity was called.</summary>
    TaskScheduled = 4,

    /// <summary>An activity ended with a result.</summary>
    TaskCompleted = 5,

    /// <summary>An activity failed.</summary>
    TaskFailed = 6,

    /// <summary>A child workflow was called.</summary>
    SubOrchestrationInstanceCreated = 7,

    /// <summary>A child workflow ended with a result.</summary>
    SubOrchestrationInstanceCompleted = 8,

    /// <summary>A child workflow failed.</summary>
    SubOrchestrationInstanceFailed = 9,

    /// <summary>A timer was set.</summary>
    TimerCreated = 10,

    /// <summary>A timer fired.</summary>
    TimerFired = 11,

    /// <summary>A turn began.</summary>
    OrchestratorStarted = 12,

    /// <summary>A turn ended.</summary>
    OrchestratorCompleted = 13,

    /// <summary>An event was sent to another instance.</summary>
    EventSent = 14,

    /// <summary>An event came.</summary>
    EventRaised = 15,

    /// <summary>A note of the runtime.</summary>
    GenericEvent = 16,

    /// <summary>A state of an older kind of history.</summary>
    HistoryState = 17,

    /// <summary>A generation ended and the next began.</summary>
    ContinueAsNew = 18,

    /// <summary>It was suspended.</summary>
    ExecutionSuspended = 19,

    /// <summary>It was resumed.</summary>
    ExecutionResumed = 20,

    /// <summary>It cannot go on with this version of the code.</summary>
    ExecutionStalled = 21,
}
