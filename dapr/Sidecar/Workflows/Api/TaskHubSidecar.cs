using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Rows;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Dapr.Sidecar.Workflows.Api;

/// <summary>The clients' part of <c>TaskHubSidecarService</c>; an app sees its own instances.</summary>
internal sealed partial class TaskHubSidecar
{
    public override Task<Empty> Hello(Empty request, ServerCallContext context) => Task.FromResult(new Empty());

    public override async Task<CreateInstanceResponse> StartInstance(CreateInstanceRequest request, ServerCallContext context) =>
        new() { InstanceId = await create.RunAsync(AppOf(context), request) };

    public override async Task<GetInstanceResponse> GetInstance(GetInstanceRequest request, ServerCallContext context) =>
        Response(await query.FindAsync(Key(context, request.InstanceId), request.GetInputsAndOutputs));

    public override async Task<GetInstanceResponse> WaitForInstanceStart(GetInstanceRequest request, ServerCallContext context) =>
        Response(await query.WaitAsync(
            Key(context, request.InstanceId), request.GetInputsAndOutputs, state => state.WorkflowStatus != OrchestrationStatus.Pending, context.CancellationToken));

    public override async Task<GetInstanceResponse> WaitForInstanceCompletion(GetInstanceRequest request, ServerCallContext context) =>
        Response(await query.WaitAsync(Key(context, request.InstanceId), request.GetInputsAndOutputs, _ => false, context.CancellationToken));

    public override async Task<RaiseEventResponse> RaiseEvent(RaiseEventRequest request, ServerCallContext context)
    {
        await raise.RunAsync(AppOf(context), request);
        return new();
    }

    public override async Task<TerminateResponse> TerminateInstance(TerminateRequest request, ServerCallContext context)
    {
        await terminateChildren.BeginAsync(Key(context, request.InstanceId), request.Output, request.Recursive);
        return new();
    }

    public override async Task<SuspendResponse> SuspendInstance(SuspendRequest request, ServerCallContext context)
    {
        await suspend.SuspendAsync(AppOf(context), request.InstanceId, request.Reason);
        return new();
    }

    public override async Task<ResumeResponse> ResumeInstance(ResumeRequest request, ServerCallContext context)
    {
        await suspend.ResumeAsync(AppOf(context), request.InstanceId, request.Reason);
        return new();
    }

    public override async Task<PurgeInstancesResponse> PurgeInstances(PurgeInstancesRequest request, ServerCallContext context) =>
        new()
        {
            DeletedInstanceCount = request.RequestCase == PurgeInstancesRequest.RequestOneofCase.PurgeInstanceFilter
                ? await purge.RunAsync(AppOf(context), request.PurgeInstanceFilter, request.Recursive)
                : await purge.RunAsync(Key(context, request.InstanceId), request.Recursive, request.Force),
            IsComplete = true,
        };

    public override Task<ListInstanceIDsResponse> ListInstanceIDs(ListInstanceIDsRequest request, ServerCallContext context) =>
        query.ListAsync(AppOf(context), request.ContinuationToken, request.PageSize);

    public override Task<GetInstanceHistoryResponse> GetInstanceHistory(GetInstanceHistoryRequest request, ServerCallContext context) =>
        query.HistoryAsync(Key(context, request.InstanceId));

    public override async Task<RerunWorkflowFromEventResponse> RerunWorkflowFromEvent(RerunWorkflowFromEventRequest request, ServerCallContext context) =>
        new() { NewInstanceID = await rerun.RunAsync(AppOf(context), request) };

    private string AppOf(ServerCallContext context) => apps.Of(context.GetHttpContext()).Id;

    private InstanceKey Key(ServerCallContext context, string instanceId) => new(AppOf(context), instanceId);

    private static GetInstanceResponse Response(WorkflowState? state) =>
        state is null ? new GetInstanceResponse() : new GetInstanceResponse { Exists = true, WorkflowState = state };
}
