using System.Threading.Channels;
using Dapr.Protocol;
using Grpc.Core;
using Grpc.Net.Client;

namespace Serverless.Faults.Tests.Workers;

/// <summary>A worker without an SDK, which answers what it likes, as often as it likes.</summary>
internal sealed class RawWorker : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly AsyncServerStreamingCall<WorkItem> _stream;
    private readonly Channel<WorkItem> _turns = Channel.CreateUnbounded<WorkItem>();
    private readonly Channel<WorkItem> _activities = Channel.CreateUnbounded<WorkItem>();
    private readonly Task _reading;

    public RawWorker(Uri address)
    {
        _channel = GrpcChannel.ForAddress(address);
        Client = new TaskHubSidecarService.TaskHubSidecarServiceClient(_channel);
        _stream = Client.GetWorkItems(new GetWorkItemsRequest());
        _reading = ReadAsync();
    }

    public TaskHubSidecarService.TaskHubSidecarServiceClient Client { get; }

    /// <summary>Turns that came and were not taken.</summary>
    public int WaitingTurns => _turns.Reader.Count;

    /// <summary>Activities that came and were not taken.</summary>
    public int WaitingActivities => _activities.Reader.Count;

    /// <summary>The next turn of a workflow.</summary>
    public Task<WorkItem> TurnAsync() => Patience.OfAsync(_turns.Reader.ReadAsync().AsTask(), () => "a turn comes to the worker");

    /// <summary>The next activity.</summary>
    public Task<WorkItem> ActivityAsync() => Patience.OfAsync(_activities.Reader.ReadAsync().AsTask(), () => "an activity comes to the worker");

    /// <summary>Answers a turn.</summary>
    public async Task CompleteTurnAsync(WorkItem turn, params IEnumerable<WorkflowAction> actions) =>
        await Client.CompleteOrchestratorTaskAsync(new WorkflowResponse
        {
            InstanceId = turn.WorkflowRequest.InstanceId, CompletionToken = turn.CompletionToken, Actions = { actions },
        });

    /// <summary>Answers an activity.</summary>
    public async Task CompleteActivityAsync(WorkItem activity, string result) =>
        await Client.CompleteActivityTaskAsync(new ActivityResponse
        {
            InstanceId = activity.ActivityRequest.WorkflowInstance.InstanceId,
            TaskId = activity.ActivityRequest.TaskId,
            Result = result,
            CompletionToken = activity.CompletionToken,
        });

    /// <summary>Breaks the stream, as a worker does that dies.</summary>
    public async ValueTask DisposeAsync()
    {
        _stream.Dispose();
        await _reading;
        _channel.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var item in _stream.ResponseStream.ReadAllAsync())
            {
                await (item.WorkflowRequest is not null ? _turns : _activities).Writer.WriteAsync(item);
            }
        }
        catch (RpcException)
        {
            // The stream was broken, by this worker or by the sidecar.
        }
    }
}
