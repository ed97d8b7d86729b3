using System.Diagnostics.CodeAnalysis;
using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow.Worker;

/// <summary>The workflows and activities of an app. Names are compared without regard to case, the first registration of a name counts.</summary>
public interface IWorkflowsFactory
{
    /// <summary>Registers a class as a workflow.</summary>
    /// <param name="name">Its name. Default: the class's.</param>
    void RegisterWorkflow<TWorkflow>(string? name = null)
        where TWorkflow : class, IWorkflow;

    /// <summary>Registers a function as a workflow.</summary>
    void RegisterWorkflow<TInput, TOutput>(string name, Func<WorkflowContext, TInput, Task<TOutput>> implementation);

    /// <summary>Registers a class as an activity.</summary>
    /// <param name="name">Its name. Default: the class's.</param>
    void RegisterActivity<TActivity>(string? name = null)
        where TActivity : class, IWorkflowActivity;

    /// <summary>Registers a function as an activity.</summary>
    void RegisterActivity<TInput, TOutput>(string name, Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation);

    /// <summary>Makes a new object of a workflow.</summary>
    /// <param name="identifier">The workflow's name.</param>
    /// <param name="serviceProvider">Where its constructor's parameters come from.</param>
    /// <param name="workflow">The workflow. Null when it is not registered or could not be made.</param>
    /// <param name="activationException">Why it could not be made. Null when it was, or is not registered.</param>
    bool TryCreateWorkflow(
        TaskIdentifier identifier,
        IServiceProvider serviceProvider,
        [NotNullWhen(true)] out IWorkflow? workflow,
        out Exception? activationException);

    /// <summary>Makes a new object of an activity.</summary>
    /// <param name="identifier">The activity's name.</param>
    /// <param name="serviceProvider">Where its constructor's parameters come from.</param>
    /// <param name="activity">The activity. Null when it is not registered or could not be made.</param>
    /// <param name="activationException">Why it could not be made. Null when it was, or is not registered.</param>
    bool TryCreateActivity(
        TaskIdentifier identifier,
        IServiceProvider serviceProvider,
        [NotNullWhen(true)] out IWorkflowActivity? activity,
        out Exception? activationException);
}
