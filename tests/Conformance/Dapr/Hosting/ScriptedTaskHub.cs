using System.Collections.Concurrent;
using System.Threading.Channels;
using Dapr.Protocol;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Serverless.Conformance.Tests.Dapr.Hosting;

/// <summary>A workflow service that gives workers what the test writes, and keeps what they answer.</summary>
internal sealed class ScriptedTaskHub : TaskHubSidecarService.TaskHubSidecarServiceBase
{
    private readonly Channel<WorkItem> _items = Channel.CreateUnbounded<WorkItem>();
    private readonly ConcurrentDictionary<string, Channel<WorkflowResponse>> _turns = new();
    private readonly ConcurrentDictionary<string, Channel<ActivityResponse>> _activities = new();
    private readonly ConcurrentDictionary<string, int> _refusals = new();

    public ValueTask SendAsync(WorkItem item) => _items.Writer.WriteAsync(item);

    public Task<WorkflowResponse> TurnOfAsync(string instanceId) => Of(_turns, instanceId).Reader.ReadAsync().AsTask();

    /// <summary>The next answer of an activity, refused ones included.</summary>
    public Task<ActivityResponse> ActivityOfAsync(string instanceId) => Of(_activities, instanceId).Reader.ReadAsync().AsTask();

    /// <summary>The next so many answers of this instance's activities are not accepted: UNAVAILABLE.</summary>
    public void RefuseActivities(string instanceId, int times) => _refusals[instanceId] = times;

    public override Task<Empty> Hello(Empty request, ServerCallContext context) => Task.FromResult(new Empty());

    /// <summary>Knows no instance.</summary>
    public override Task<GetInstanceResponse> WaitForInstanceCompletion(GetInstanceRequest request, ServerCallContext context) =>
        Task.FromResult(new GetInstanceResponse { Exists = false });

    public override async Task GetWorkItems(GetWorkItemsRequest request, IServerStreamWriter<WorkItem> responseStream, ServerCallContext context)
    {
        try
        {
            await foreach (var item in _items.Reader.ReadAllAsync(context.CancellationToken))
            {
                await responseStream.WriteAsync(item, context.CancellationToken);
            }
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            // The worker went away.
        }
    }

    public override Task<CompleteTaskResponse> CompleteOrchestratorTask(WorkflowResponse request, ServerCallContext context) => CompleteWorkflowTask(request, context);

    public override Task<CompleteTaskResponse> CompleteWorkflowTask(WorkflowResponse request, ServerCallContext context)
    {
        Of(_turns, request.InstanceId).Writer.TryWrite(request);
        return Task.FromResult(new CompleteTaskResponse());
    }

    public override Task<CompleteTaskResponse> CompleteActivityTask(ActivityResponse request, ServerCallContext context)
    {
        Of(_activities, request.InstanceId).Writer.TryWrite(request);
        var left = _refusals.AddOrUpdate(request.InstanceId, -1, (_, count) => count - 1);
        return left >= 0 ? throw new RpcException(new Status(StatusCode.Unavailable, "the test refuses this completion")) : Task.FromResult(new CompleteTaskResponse());
    }

    private static Channel<T> Of<T>(ConcurrentDictionary<string, Channel<T>> channels, string id) => channels.GetOrAdd(id, _ => Channel.CreateUnbounded<T>());
}
