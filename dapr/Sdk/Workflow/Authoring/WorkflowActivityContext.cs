using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow;

/// <summary>Which call of an activity this is.</summary>
public abstract class WorkflowActivityContext
{
    /// <summary>The activity's name.</summary>
    public abstract TaskIdentifier Identifier { get; }

    /// <summary>The same text whenever this call is run again: a key for making its effects idempotent.</summary>
    public abstract string TaskExecutionKey { get; }

    /// <summary>The id of the calling workflow's instance.</summary>
    public abstract string InstanceId { get; }
}
