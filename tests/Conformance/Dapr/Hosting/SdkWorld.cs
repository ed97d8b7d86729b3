using System.Text.Json;
using Dapr.Protocol;
using Grpc.Net.Client;

namespace Serverless.Conformance.Tests.Dapr.Hosting;

/// <summary>A sidecar with the conformance app beside it; what the tests of the numbered behaviours do with the two.</summary>
internal sealed class SdkWorld : IAsyncDisposable
{
    public const string AppId = "conformance";

    private readonly Sidecar _sidecar;
    private readonly GrpcChannel _channel;

    private SdkWorld(Sidecar sidecar, AppProcess app)
    {
        _sidecar = sidecar;
        App = app;
        Http = new HttpClient { BaseAddress = sidecar.Of(AppId).Http };
        _channel = GrpcChannel.ForAddress(sidecar.Of(AppId).Grpc);
        TaskHub = new TaskHubSidecarService.TaskHubSidecarServiceClient(_channel);
    }

    public AppProcess App { get; }

    /// <summary>The sidecar's HTTP API, without an SDK in between.</summary>
    public HttpClient Http { get; }

    /// <summary>The sidecar's workflow service, without an SDK in between.</summary>
    public TaskHubSidecarService.TaskHubSidecarServiceClient TaskHub { get; }

    public static async Task<SdkWorld> StartAsync(Sdk sdk)
    {
        AppProcess.Require(sdk);
        var part = sdk is Sdk.Repository ? SuitePart.Repository : SuitePart.Official;
        var sidecar = await Sidecar.StartAsync(part, Components.State, environment: null, AppId);
        try
        {
            var ports = sidecar.Of(AppId);
            return new SdkWorld(sidecar, await AppProcess.StartAsync(sdk, ports.Http, ports.Grpc, ports.AppPort));
        }
        catch
        {
            await sidecar.DisposeAsync();
            throw;
        }
    }

    /// <summary>An id that no other test has.</summary>
    public static string NewId(string prefix = "w") => $"{prefix}-{Guid.NewGuid():N}";

    /// <summary>Starts a workflow through the SDK.</summary>
    public Task<string> ScheduleAsync(string workflow, object? input = null, string? id = null, DateTimeOffset? startAt = null) =>
        App.PostAsync<string>($"workflows/{workflow}?id={id ?? NewId()}" + (startAt is { } at ? $"&startAt={Uri.EscapeDataString($"{at:O}")}" : ""), new { value = input });

    /// <summary>Runs a workflow to its end and reads its output.</summary>
    public async Task<T> RunAsync<T>(string workflow, object? input = null, string? id = null)
    {
        var state = await CompletionAsync(await ScheduleAsync(workflow, input, id));
        state.Status.ShouldBe("Completed", $"{state}\n{App.Text}\n{_sidecar.Text}");
        return state.OutputAs<T>();
    }

    public Task<StateView> CompletionAsync(string id) => App.GetAsync<StateView>($"instances/{id}/completion");

    public Task<StateView> StateAsync(string id) => App.GetAsync<StateView>($"instances/{id}");

    public Task RaiseAsync(string id, string name, object? value = null) => App.PostAsync<JsonElement>($"instances/{id}/events/{name}", new { value });

    public async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(string id) =>
        (await TaskHub.GetInstanceHistoryAsync(new GetInstanceHistoryRequest { InstanceId = id })).Events;

    /// <summary>The state of an instance as it is on the wire.</summary>
    public async Task<WorkflowState> RawStateAsync(string id) =>
        (await TaskHub.GetInstanceAsync(new GetInstanceRequest { InstanceId = id, GetInputsAndOutputs = true })).WorkflowState;

    /// <summary>Calls an actor's method through a weakly typed proxy of the SDK.</summary>
    public async Task<T> CallAsync<T>(string actorType, string actorId, string method, object? value = null)
    {
        var answer = await App.PostAsync<JsonElement>($"actors/{actorType}/{actorId}/{method}", new { value });
        return answer.GetProperty("value").Deserialize<T>(JsonSerializerOptions.Web)!;
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        Http.Dispose();
        _channel.Dispose();
        await _sidecar.DisposeAsync();
    }
}

/// <summary>A workflow's state, as the SDK told it.</summary>
internal sealed record StateView(
    bool Exists, string Status, string? Name, bool Running, bool Completed, string? ErrorType, string? ErrorMessage, JsonElement? Input, JsonElement? Output, JsonElement? CustomStatus)
{
    public T OutputAs<T>() => Output is { } output ? output.Deserialize<T>(JsonSerializerOptions.Web)! : default!;
}
