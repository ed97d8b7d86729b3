using Dapr.Protocol;
using Dapr.Sidecar;
using Grpc.Net.Client;

namespace Serverless.Sidecar.Tests.Workflows.Harness;

/// <summary>A sidecar with the apps "app" and "other", which can be stopped and started again on the same file.</summary>
internal sealed class WorkflowHost : IAsyncDisposable
{
    private readonly string? _folder;
    private readonly List<GrpcChannel> _channels = [];
    private EmbeddedSidecar? _sidecar;

    private WorkflowHost(bool inMemory) => _folder = inMemory ? null : Directory.CreateTempSubdirectory("workflows-").FullName;

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    public string? File => _folder is null ? null : Path.Combine(_folder, "state.db");

    public EmbeddedSidecar Sidecar => _sidecar!;

    /// <summary>A client of the app "app".</summary>
    public TaskHubSidecarService.TaskHubSidecarServiceClient Client { get; private set; } = null!;

    public static async Task<WorkflowHost> StartAsync(bool inMemory = false, Func<SidecarOptions, SidecarOptions>? options = null)
    {
        var host = new WorkflowHost(inMemory);
        await host.StartAsync(options);
        return host;
    }

    /// <summary>Starts the sidecar again after <see cref="StopAsync"/>.</summary>
    public async Task StartAsync(Func<SidecarOptions, SidecarOptions>? options = null)
    {
        var asked = Options(File);
        _sidecar = await EmbeddedSidecar.StartAsync(options is null ? asked : options(asked));
        Client = ClientOf("app");
    }

    public static SidecarOptions Options(
        string? file, int maxBodySize = 4 * 1024 * 1024, TimeProvider? time = null, Action<string>? onPoint = null, WorkflowRetention? retention = null,
        int maxActivities = 100, int maxTurns = 100) => new()
    {
        Apps = [new SidecarAppOptions { AppId = "app" }, new SidecarAppOptions { AppId = "other" }],
        StateFile = file,
        MaxBodySize = maxBodySize,
        TimeProvider = time ?? TimeProvider.System,
        OnPoint = onPoint,
        WorkflowRetention = retention ?? new(),
        MaxActivitiesPerWorker = maxActivities,
        MaxTurnsPerWorker = maxTurns,
    };

    public TaskHubSidecarService.TaskHubSidecarServiceClient ClientOf(string app)
    {
        var channel = GrpcChannel.ForAddress(_sidecar!.GrpcEndpoint(app), new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
        _channels.Add(channel);
        return new TaskHubSidecarService.TaskHubSidecarServiceClient(channel);
    }

    /// <summary>Connects a worker of an app.</summary>
    public Task<ScriptedWorker> ConnectAsync(WorkerScript script, string app = "app") => ScriptedWorker.ConnectAsync(ClientOf(app), script);

    public async Task<string> ScheduleAsync(string name, string id, string? input = null) =>
        (await Client.StartInstanceAsync(new CreateInstanceRequest { InstanceId = id, Name = name, Input = input })).InstanceId;

    public async Task<WorkflowState> StateAsync(string id, TaskHubSidecarService.TaskHubSidecarServiceClient? client = null) =>
        (await (client ?? Client).GetInstanceAsync(new GetInstanceRequest { InstanceId = id, GetInputsAndOutputs = true })).WorkflowState;

    /// <summary>Waits until an instance ends.</summary>
    public async Task<WorkflowState> EndAsync(string id, TaskHubSidecarService.TaskHubSidecarServiceClient? client = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var response = await (client ?? Client).WaitForInstanceCompletionAsync(
                new GetInstanceRequest { InstanceId = id, GetInputsAndOutputs = true }, cancellationToken: patience.Token);
            response.Exists.ShouldBeTrue($"There is no workflow '{id}'.");
            return response.WorkflowState;
        }
        catch (Grpc.Core.RpcException error) when (patience.IsCancellationRequested)
        {
            var state = await StateAsync(id, client);
            throw new TimeoutException($"The workflow '{id}' did not end: {state}", error);
        }
    }

    /// <summary>Waits until an instance has a status.</summary>
    public async Task<WorkflowState> UntilAsync(string id, OrchestrationStatus status, TaskHubSidecarService.TaskHubSidecarServiceClient? client = null)
    {
        WorkflowState? state = null;
        await Eventually.AsyncAsync(
            async () => (state = await StateAsync(id, client))?.WorkflowStatus == status,
            () => $"The workflow '{id}' did not become {status}: {state}");
        return state!;
    }

    public async Task StopAsync()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }

        _channels.Clear();
        await StopSidecarAsync();
    }

    /// <summary>Stops the sidecar while its clients are there.</summary>
    public async Task StopSidecarAsync()
    {
        if (_sidecar is not null)
        {
            await _sidecar.DisposeAsync();
            _sidecar = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
