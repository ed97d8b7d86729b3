using System.Collections.Concurrent;
using Dapr.Protocol;
using Grpc.Core;

namespace Serverless.Sidecar.Tests.Workflows.Harness;

/// <summary>A worker that speaks the raw protocol and does what a script says.</summary>
internal sealed class ScriptedWorker : IAsyncDisposable
{
    private readonly TaskHubSidecarService.TaskHubSidecarServiceClient _client;
    private readonly WorkerScript _script;
    private readonly AsyncServerStreamingCall<WorkItem> _call;
    private readonly ConcurrentQueue<Exception> _errors = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    private ScriptedWorker(TaskHubSidecarService.TaskHubSidecarServiceClient client, WorkerScript script)
    {
        (_client, _script) = (client, script);
        _call = client.GetWorkItems(new GetWorkItemsRequest(), cancellationToken: _stop.Token);
        _loop = Task.Run(ReadAsync);
    }

    /// <summary>What went wrong in handling items.</summary>
    public IReadOnlyCollection<Exception> Errors => _errors;

    /// <summary>Ends when the sidecar ended the stream.</summary>
    public Task Ended => _loop;

    public static async Task<ScriptedWorker> ConnectAsync(TaskHubSidecarService.TaskHubSidecarServiceClient client, WorkerScript script)
    {
        var worker = new ScriptedWorker(client, script);
        await worker._call.ResponseHeadersAsync.Within("The stream's headers did not come.");
        return worker;
    }

    /// <summary>Breaks the stream; items that are being worked on are answered all the same.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _call.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var item in _call.ResponseStream.ReadAllAsync())
            {
                _ = HandleAsync(item);
            }
        }
        catch (RpcException)
        {
            // The stream is over, whoever ended it.
        }
    }

    private async Task HandleAsync(WorkItem item)
    {
        await Task.Yield();
        try
        {
            _script.OnItem(item);
            if (item.WorkflowRequest is { } request)
            {
                var past = request.RequiresHistoryStreaming
                    ? (await _client.GetInstanceHistoryAsync(new GetInstanceHistoryRequest { InstanceId = request.InstanceId })).Events
                    : request.PastEvents;
                var response = _script.Answer(request, past);
                response.CompletionToken = _script.SendsTokens ? item.CompletionToken : "";
                await _client.CompleteOrchestratorTaskAsync(response);
            }
            else
            {
                var response = await _script.AnswerAsync(item.ActivityRequest);
                response.CompletionToken = _script.SendsTokens ? item.CompletionToken : "";
                await _client.CompleteActivityTaskAsync(response);
            }
        }
        catch (Exception error)
        {
            _errors.Enqueue(error);
        }
    }
}
