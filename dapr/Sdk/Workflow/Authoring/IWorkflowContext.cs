namespace Dapr.Workflow;

/// <summary>The part of a workflow's context that says where in its history the code is.</summary>
public interface IWorkflowContext
{
    /// <summary>Whether the code is being run over what has already happened.</summary>
    bool IsReplaying { get; }

    /// <summary>The time of the turn, the same in every replay. UTC.</summary>
    DateTime CurrentUtcDateTime { get; }

    /// <summary>Whether this instance runs the code that a patch brought: true for instances that reach this line for the first time.</summary>
    /// <param name="patchName">The patch's name, unique in the workflow; case matters.</param>
    bool IsPatched(string patchName);
}
