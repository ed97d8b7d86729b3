using Dapr.Protocol;
using Dapr.Workflow;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serverless.WorkflowSdk.Tests.Support;

namespace Serverless.WorkflowSdk.Tests.Worker;

/// <summary>An app with workflows, and the sidecar that it is connected to.</summary>
internal sealed class WorkerHost : IAsyncDisposable
{
    private readonly IHost host;

    private WorkerHost(IHost host, FakeSidecar sidecar, FakeSidecar.Connection connection)
    {
        this.host = host;
        Sidecar = sidecar;
        Connection = connection;
    }

    public FakeSidecar Sidecar { get; }

    /// <summary>The first connection.</summary>
    public FakeSidecar.Connection Connection { get; }

    public IServiceProvider Services => host.Services;

    public static async Task<WorkerHost> StartAsync(Action<WorkflowRuntimeOptions> configure, Action<IServiceCollection>? services = null)
    {
        var sidecar = await FakeSidecar.StartAsync();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new("DAPR_GRPC_ENDPOINT", sidecar.Address), new("DAPR_API_TOKEN", "secret")]);
        builder.Logging.ClearProviders();
        services?.Invoke(builder.Services);
        builder.Services.AddDaprWorkflow(configure);
        var app = builder.Build();
        await app.StartAsync();
        return new WorkerHost(app, sidecar, await sidecar.ConnectedAsync());
    }

    public Task StopAsync() => host.StopAsync();

    /// <summary>Has a turn run and returns its answer.</summary>
    public Task<WorkflowResponse> TurnAsync(params HistoryEvent[] recent)
    {
        Connection.Send(Request(recent), "t");
        return Sidecar.TurnAsync();
    }

    /// <summary>Has an activity run and returns its answer.</summary>
    public Task<ActivityResponse> ActivityAsync(string name, string input = "")
    {
        Connection.Send(Call(name, input), "t");
        return Sidecar.ResultAsync();
    }

    public static WorkflowRequest Request(params HistoryEvent[] recent) => new() { InstanceId = "i", NewEvents = { Events.TurnStarted(), recent } };

    public static ActivityRequest Call(string name, string input = "", int id = 0) => new()
    {
        Name = name,
        Input = input,
        TaskId = id,
        TaskExecutionId = "execution-" + id,
        WorkflowInstance = new WorkflowInstance { InstanceId = "i" },
    };

    public async ValueTask DisposeAsync()
    {
        await Sidecar.DisposeAsync();
        await host.StopAsync();
        host.Dispose();
    }
}
