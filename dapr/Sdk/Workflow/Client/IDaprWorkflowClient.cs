using Dapr.Common;
using Dapr.Workflow.Client;

namespace Dapr.Workflow;

/// <summary>Starts workflows, looks at them and acts on them from outside.</summary>
public interface IDaprWorkflowClient : IDaprClient, IAsyncDisposable
{
    /// <summary>Starts a workflow as soon as possible.</summary>
    /// <param name="name">The workflow's name.</param>
    /// <param name="instanceId">The id of the instance. Default: null, a new one.</param>
    /// <param name="input">The input. Default: null, none.</param>
    /// <returns>The id of the instance.</returns>
    Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId = null, object? input = null);

    /// <summary>Starts a workflow at a time; a time without a kind is local.</summary>
    Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTime? startTime);

    /// <summary>Starts a workflow at a time.</summary>
    Task<string> ScheduleNewWorkflowAsync(
        string name, string? instanceId, object? input, DateTimeOffset? startTime, CancellationToken cancellation = default);

    /// <summary>The state of an instance; of one that does not exist, a state that says so.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="getInputsAndOutputs">Whether input, output and custom status come along. Default: true.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task<WorkflowState> GetWorkflowStateAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default);

    /// <summary>Waits until an instance has started, however long that takes.</summary>
    /// <exception cref="InvalidOperationException">There is no such instance.</exception>
    Task<WorkflowState> WaitForWorkflowStartAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default);

    /// <summary>Waits until an instance has ended, however long that takes.</summary>
    /// <exception cref="InvalidOperationException">There is no such instance.</exception>
    Task<WorkflowState> WaitForWorkflowCompletionAsync(
        string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default);

    /// <summary>Sends an event to an instance.</summary>
    Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default);

    /// <summary>Ends an instance and its children.</summary>
    Task TerminateWorkflowAsync(string instanceId, object? output = null, CancellationToken cancellation = default);

    /// <summary>Stops an instance from going on until it is resumed.</summary>
    Task SuspendWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Lets a suspended instance go on.</summary>
    Task ResumeWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Deletes an instance that has ended, and its children.</summary>
    /// <returns>Whether anything was deleted.</returns>
    Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default);

    /// <summary>The ids of the app's instances, a page at a time.</summary>
    /// <param name="continuationToken">What the page before said. Default: null, the first page.</param>
    /// <param name="pageSize">How many ids at most. Default: null, as many as the sidecar gives.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task<WorkflowInstancePage> ListInstanceIdsAsync(
        string? continuationToken = null, int? pageSize = null, CancellationToken cancellation = default);

    /// <summary>What has happened to an instance.</summary>
    Task<IReadOnlyList<WorkflowHistoryEvent>> GetInstanceHistoryAsync(string instanceId, CancellationToken cancellation = default);

    /// <summary>Starts a new instance that has the history of another up to an event and goes on from there.</summary>
    /// <returns>The id of the new instance.</returns>
    Task<string> RerunWorkflowFromEventAsync(
        string sourceInstanceId, uint eventId, RerunWorkflowFromEventOptions? options = null, CancellationToken cancellation = default);
}
