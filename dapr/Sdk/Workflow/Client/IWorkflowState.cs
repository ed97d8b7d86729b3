namespace Dapr.Workflow;

/// <summary>What is known of an instance at one moment.</summary>
public interface IWorkflowState
{
    /// <summary>The name of the workflow. Null when there is no such instance.</summary>
    string? WorkflowName { get; }

    /// <summary>Whether there is such an instance.</summary>
    bool Exists { get; }

    /// <summary>Whether it runs.</summary>
    bool IsWorkflowRunning { get; }

    /// <summary>Whether it has ended, in whichever way.</summary>
    bool IsWorkflowCompleted { get; }

    /// <summary>When it was created. The beginning of time when there is no such instance.</summary>
    DateTimeOffset CreatedAt { get; }

    /// <summary>When it last changed. The beginning of time when there is no such instance.</summary>
    DateTimeOffset LastUpdatedAt { get; }

    /// <summary>What it does. Unknown when there is no such instance.</summary>
    WorkflowRuntimeStatus RuntimeStatus { get; }

    /// <summary>Why it failed. Null when it did not.</summary>
    WorkflowTaskFailureDetails? FailureDetails { get; }

    /// <summary>The input. The type's default when there is none or it was not asked for.</summary>
    T? ReadInputAs<T>();

    /// <summary>The result. The type's default when there is none or it was not asked for.</summary>
    T? ReadOutputAs<T>();

    /// <summary>The custom status. The type's default when there is none or it was not asked for.</summary>
    T? ReadCustomStatusAs<T>();
}
