namespace Dapr.Workflow;

/// <summary>What an instance is doing.</summary>
public enum WorkflowRuntimeStatus
{
    /// <summary>The status is not known, or there is no such instance.</summary>
    Unknown = -1,

    /// <summary>It runs, or waits for something that it has asked for.</summary>
    Running = 0,

    /// <summary>It ended with a result.</summary>
    Completed = 1,

    /// <summary>It ended a generation and started the next.</summary>
    ContinuedAsNew = 2,

    /// <summary>It ended with an error.</summary>
    Failed = 3,

    /// <summary>It was cancelled.</summary>
    Canceled = 4,

    /// <summary>It was terminated from outside.</summary>
    Terminated = 5,

    /// <summary>It has not started yet.</summary>
    Pending = 6,

    /// <summary>It was suspended from outside and goes on when it is resumed.</summary>
    Suspended = 7,

    /// <summary>It cannot go on with this version of the code, and goes on with one that fits its history.</summary>
    Stalled = 8,
}
