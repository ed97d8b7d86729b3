using System.Diagnostics;
using Dapr.Common.Serialization;
using Dapr.Protocol;
using Dapr.Workflow.Client;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Dapr.Workflow;

/// <summary>The client of a sidecar's workflows. Every call has a deadline: 60 s unless the builder's UseTimeout said otherwise.</summary>
public sealed class DaprWorkflowClient : IDaprWorkflowClient
{
    private readonly SidecarConnection sidecar;
    private readonly IDaprSerializer serializer;
    private readonly TimeSpan limit;
    private readonly InstanceWaiter waiter;

    internal DaprWorkflowClient(SidecarConnection sidecar, IDaprSerializer serializer, TimeSpan limit)
    {
        this.sidecar = sidecar;
        this.serializer = serializer;
        this.limit = limit;
        waiter = new InstanceWaiter(sidecar, limit);
    }

    /// <inheritdoc/>
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId = null, object? input = null) =>
        ScheduleNewWorkflowAsync(name, instanceId, input, (DateTimeOffset?)null);

    /// <inheritdoc/>
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTime? startTime) =>
        ScheduleNewWorkflowAsync(name, instanceId, input, startTime is { } time ? new DateTimeOffset(time) : null, CancellationToken.None);

    /// <inheritdoc/>
    public async Task<string> ScheduleNewWorkflowAsync(
        string name, string? instanceId, object? input, DateTimeOffset? startTime, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var request = new CreateInstanceRequest
        {
            Name = name,
            InstanceId = string.IsNullOrEmpty(instanceId) ? Guid.NewGuid().ToString() : instanceId,
            Input = Text(input),
            ScheduledStartTimestamp = startTime is { } time ? Timestamp.FromDateTimeOffset(time) : null,
            ParentTraceContext = Trace(),
        };
        var response = await CallAsync(sidecar.Client.StartInstanceAsync, request, cancellation).ConfigureAwait(false);
        return response.InstanceId.Length > 0 ? response.InstanceId : request.InstanceId;
    }

    /// <inheritdoc/>
    public async Task<WorkflowState> GetWorkflowStateAsync(
        string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var request = new GetInstanceRequest { InstanceId = instanceId, GetInputsAndOutputs = getInputsAndOutputs };
        try
        {
            var response = await CallAsync(sidecar.Client.GetInstanceAsync, request, cancellation).ConfigureAwait(false);
            return new WorkflowState(response.Exists ? response.WorkflowState : null, serializer);
        }
        catch (RpcException missing) when (missing.StatusCode == StatusCode.NotFound)
        {
            return new WorkflowState(null, serializer);
        }
    }

    /// <inheritdoc/>
    public async Task<WorkflowState> WaitForWorkflowStartAsync(
        string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var state = await waiter.WaitAsync(
            sidecar.Client.WaitForInstanceStartAsync, instanceId, getInputsAndOutputs, cancellation).ConfigureAwait(false);
        return new WorkflowState(state, serializer);
    }

    /// <inheritdoc/>
    public async Task<WorkflowState> WaitForWorkflowCompletionAsync(
        string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var state = await waiter.WaitAsync(
            sidecar.Client.WaitForInstanceCompletionAsync, instanceId, getInputsAndOutputs: false, cancellation).ConfigureAwait(false);
        return getInputsAndOutputs
            ? await GetWorkflowStateAsync(instanceId, getInputsAndOutputs: true, cancellation).ConfigureAwait(false)
            : new WorkflowState(state, serializer);
    }

    /// <inheritdoc/>
    public Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var request = new RaiseEventRequest { InstanceId = instanceId, Name = eventName, Input = Text(eventPayload) };
        return CallAsync(sidecar.Client.RaiseEventAsync, request, cancellation);
    }

    /// <inheritdoc/>
    public Task TerminateWorkflowAsync(string instanceId, object? output = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var request = new TerminateRequest { InstanceId = instanceId, Output = Text(output), Recursive = true };
        return CallAsync(sidecar.Client.TerminateInstanceAsync, request, cancellation);
    }

    /// <inheritdoc/>
    public Task SuspendWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return CallAsync(sidecar.Client.SuspendInstanceAsync, new SuspendRequest { InstanceId = instanceId, Reason = reason ?? "" }, cancellation);
    }

    /// <inheritdoc/>
    public Task ResumeWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return CallAsync(sidecar.Client.ResumeInstanceAsync, new ResumeRequest { InstanceId = instanceId, Reason = reason ?? "" }, cancellation);
    }

    /// <inheritdoc/>
    public async Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var request = new PurgeInstancesRequest { InstanceId = instanceId, Recursive = true };
        var response = await CallAsync(sidecar.Client.PurgeInstancesAsync, request, cancellation).ConfigureAwait(false);
        return response.DeletedInstanceCount > 0;
    }

    /// <inheritdoc/>
    public async Task<WorkflowInstancePage> ListInstanceIdsAsync(
        string? continuationToken = null, int? pageSize = null, CancellationToken cancellation = default)
    {
        var request = new ListInstanceIDsRequest();
        if (!string.IsNullOrEmpty(continuationToken))
        {
            request.ContinuationToken = continuationToken;
        }

        if (pageSize is { } size)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(pageSize));
            request.PageSize = (uint)size;
        }

        var response = await CallAsync(sidecar.Client.ListInstanceIDsAsync, request, cancellation).ConfigureAwait(false);
        return new WorkflowInstancePage(response.InstanceIds.ToArray(), response.ContinuationToken is { Length: > 0 } next ? next : null);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<WorkflowHistoryEvent>> GetInstanceHistoryAsync(string instanceId, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var request = new GetInstanceHistoryRequest { InstanceId = instanceId };
        var response = await CallAsync(sidecar.Client.GetInstanceHistoryAsync, request, cancellation).ConfigureAwait(false);
        return response.Events.Select(HistoryEventTypes.Read).ToArray();
    }

    /// <inheritdoc/>
    public async Task<string> RerunWorkflowFromEventAsync(
        string sourceInstanceId, uint eventId, RerunWorkflowFromEventOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(sourceInstanceId);
        var request = new RerunWorkflowFromEventRequest { SourceInstanceID = sourceInstanceId, EventID = eventId };
        if (!string.IsNullOrEmpty(options?.NewInstanceId))
        {
            request.NewInstanceID = options.NewInstanceId;
        }

        if (options is { OverwriteInput: true })
        {
            request.OverwriteInput = true;
            request.Input = Text(options.Input);
        }

        return (await CallAsync(sidecar.Client.RerunWorkflowFromEventAsync, request, cancellation).ConfigureAwait(false)).NewInstanceID;
    }

    /// <summary>Closes the channel.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Closes the channel.</summary>
    public void Dispose() => sidecar.Dispose();

    private async Task<TResponse> CallAsync<TRequest, TResponse>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> method, TRequest request, CancellationToken cancellation)
    {
        try
        {
            using var call = method(request, sidecar.Call(limit, cancellation));
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException cancelled) when (cancelled.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancelled.Status.Detail, cancelled, cancellation);
        }
    }

    private string Text(object? value) => value is null ? serializer.Serialize(value) : serializer.Serialize(value, value.GetType());

    private static TraceContext? Trace() => Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } current
        ? new TraceContext { TraceParent = id, TraceState = current.TraceStateString }
        : null;
}
