using Dapr.Protocol;
using Grpc.Core;
using Grpc.Net.Client;

namespace Serverless.Faults.Tests.Calls;

/// <summary>
/// Workflows by Dapr's gRPC API, by somebody who does not give up: a call whose outcome is not known is made again until it is answered.
/// </summary>
internal sealed class WorkflowCalls : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly Func<string> _text;

    public WorkflowCalls(Uri address, Func<string> text)
    {
        _text = text;
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            MaxReceiveMessageSize = null,
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(50),
            MaxReconnectBackoff = TimeSpan.FromMilliseconds(250),
        });
        Raw = new TaskHubSidecarService.TaskHubSidecarServiceClient(_channel);
    }

    /// <summary>The generated client.</summary>
    public TaskHubSidecarService.TaskHubSidecarServiceClient Raw { get; }

    /// <summary>Starts an instance that cannot end before this returns, so that a repeated call finds it active.</summary>
    public Task StartAsync(string id, string name, string input) => RepeatAsync($"the start of {id} is accepted", async options =>
    {
        try
        {
            await Raw.StartInstanceAsync(new CreateInstanceRequest { InstanceId = id, Name = name, Input = input }, options);
        }
        catch (RpcException error) when (error.Status.Detail.Contains("already exists", StringComparison.Ordinal))
        {
            // The first call was carried out, its answer was lost.
        }

        return "";
    });

    /// <summary>Raises an event; a repeated call may raise it twice, or find the instance ended by the first one.</summary>
    public Task RaiseAsync(string id, string name, string payload) => RepeatAsync($"{name} is raised to {id}", async options =>
    {
        if (!await IsOverAsync(id, options))
        {
            await Raw.RaiseEventAsync(new RaiseEventRequest { InstanceId = id, Name = name, Input = payload }, options);
        }

        return "";
    });

    public Task TerminateAsync(string id) => RepeatAsync($"{id} is terminated", async options =>
    {
        if (!await IsOverAsync(id, options))
        {
            await Raw.TerminateInstanceAsync(new TerminateRequest { InstanceId = id, Output = "\"enough\"", Recursive = true }, options);
        }

        return "";
    });

    /// <summary>Purges an instance that is known to exist, until it is gone.</summary>
    public Task PurgeAsync(string id) => RepeatAsync($"{id} is purged", async options =>
    {
        if ((await Raw.GetInstanceAsync(new GetInstanceRequest { InstanceId = id }, options)).Exists)
        {
            await Raw.PurgeInstancesAsync(new PurgeInstancesRequest { InstanceId = id, Recursive = true }, options);
        }

        return "";
    });

    /// <summary>An instance, or the word that there is none.</summary>
    public Task<GetInstanceResponse> GetAsync(string id) => RepeatAsync($"{id} is read", async options =>
        await Raw.GetInstanceAsync(new GetInstanceRequest { InstanceId = id, GetInputsAndOutputs = true }, options));

    public async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(string id) => (await RepeatAsync($"the history of {id} is read", async options =>
        await Raw.GetInstanceHistoryAsync(new GetInstanceHistoryRequest { InstanceId = id }, options))).Events;

    /// <summary>The ids of all instances.</summary>
    public async Task<IReadOnlyList<string>> ListAsync()
    {
        var ids = new List<string>();
        ListInstanceIDsResponse page;
        var request = new ListInstanceIDsRequest();
        do
        {
            page = await RepeatAsync("instances are listed", async options => await Raw.ListInstanceIDsAsync(request, options));
            ids.AddRange(page.InstanceIds);
            request = new ListInstanceIDsRequest { ContinuationToken = page.ContinuationToken };
        }
        while (page.HasContinuationToken && page.ContinuationToken.Length > 0);

        return ids;
    }

    /// <summary>Waits until an instance has ended.</summary>
    public async Task<WorkflowState> EndOfAsync(string id)
    {
        WorkflowState? last = null;
        return await Patience.ForAsync(
            async () => IsFinal(last = (await GetAsync(id)).WorkflowState) ? last : null,
            () => $"{id} ends; it is {last?.WorkflowStatus.ToString() ?? "not there"}.\n{_text()}");
    }

    /// <summary>Waits until an instance is in a state.</summary>
    public async Task<WorkflowState> StateOfAsync(string id, OrchestrationStatus status)
    {
        WorkflowState? last = null;
        return await Patience.ForAsync(
            async () => (last = (await GetAsync(id)).WorkflowState)?.WorkflowStatus == status ? last : null,
            () => $"{id} is {status}; it is {last?.WorkflowStatus.ToString() ?? "not there"}.\n{_text()}");
    }

    public static bool IsFinal(WorkflowState? state) => state?.WorkflowStatus is
        OrchestrationStatus.Completed or OrchestrationStatus.Failed or OrchestrationStatus.Terminated or OrchestrationStatus.Canceled;

    public void Dispose() => _channel.Dispose();

    private async Task<bool> IsOverAsync(string id, CallOptions options) =>
        IsFinal((await Raw.GetInstanceAsync(new GetInstanceRequest { InstanceId = id }, options)).WorkflowState);

    private Task<T> RepeatAsync<T>(string what, Func<CallOptions, Task<T>> call)
        where T : class
    {
        RpcException? last = null;
        return Patience.ForAsync(
            async () =>
            {
                try
                {
                    var deadline = TimeProvider.System.GetUtcNow().UtcDateTime + TimeSpan.FromSeconds(10);
                    return await call(new CallOptions(deadline: deadline));
                }
                catch (RpcException error) when (MayComeTrue(error.StatusCode))
                {
                    last = error;
                    return null;
                }
            },
            () => $"{what}; the last error was {last?.Status}.\n{_text()}");
    }

    private static bool MayComeTrue(StatusCode code) =>
        code is StatusCode.Unavailable or StatusCode.Internal or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.ResourceExhausted;
}
