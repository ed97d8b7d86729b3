using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Dapr.Protocol;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Serverless.WorkflowSdk.Tests.Worker;

/// <summary>A sidecar that does what a test tells it, over real connections.</summary>
internal sealed class FakeSidecar : TaskHubSidecarService.TaskHubSidecarServiceBase, IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Channel<WorkflowResponse> turns = Channel.CreateUnbounded<WorkflowResponse>();
    private readonly Channel<ActivityResponse> results = Channel.CreateUnbounded<ActivityResponse>();
    private readonly Channel<Connection> connections = Channel.CreateUnbounded<Connection>();
    private int refusals;

    private FakeSidecar(WebApplication app) => this.app = app;

    public string Address => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>The deadline of every call but the stream.</summary>
    public ConcurrentBag<(string Method, DateTime Deadline)> Deadlines { get; } = [];

    public Metadata? StreamHeaders { get; private set; }

    public List<HistoryEvent> StoredHistory { get; } = [];

    public int Attempts { get; private set; }

    public static async Task<FakeSidecar> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, port => port.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(options => options.MaxReceiveMessageSize = null);
        FakeSidecar? sidecar = null;
        builder.Services.AddSingleton(_ => sidecar!);
        var server = builder.Build();
        server.MapGrpcService<FakeSidecar>();
        sidecar = new FakeSidecar(server);
        await server.StartAsync();
        return sidecar;
    }

    /// <summary>The next calls that complete something fail, so many of them.</summary>
    public void Refuse(int completions) => Volatile.Write(ref refusals, completions);

    public Task<Connection> ConnectedAsync() => Within(connections.Reader.ReadAsync().AsTask(), "no worker connected");

    public Task<WorkflowResponse> TurnAsync() => Within(turns.Reader.ReadAsync().AsTask(), "no turn was answered");

    public Task<ActivityResponse> ResultAsync() => Within(results.Reader.ReadAsync().AsTask(), "no activity was answered");

    public bool HasResult => results.Reader.Count > 0;

    /// <summary>Waits, but not for ever.</summary>
    public static async Task<T> Within<T>(Task<T> task, string whatDidNotHappen)
    {
        try
        {
            return await task.WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"Within a minute {whatDidNotHappen}.", late);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }

    public override Task<Empty> Hello(Empty request, ServerCallContext context)
    {
        Note(context);
        return Task.FromResult(new Empty());
    }

    public override async Task GetWorkItems(GetWorkItemsRequest request, IServerStreamWriter<WorkItem> responseStream, ServerCallContext context)
    {
        StreamHeaders = context.RequestHeaders;
        var connection = new Connection();
        connections.Writer.TryWrite(connection);
        context.CancellationToken.Register(connection.Close);
        await foreach (var item in connection.Items.Reader.ReadAllAsync(CancellationToken.None))
        {
            await responseStream.WriteAsync(item, CancellationToken.None);
        }
    }

    public override Task<CompleteTaskResponse> CompleteOrchestratorTask(WorkflowResponse request, ServerCallContext context)
    {
        Admit(context);
        turns.Writer.TryWrite(request);
        return Task.FromResult(new CompleteTaskResponse());
    }

    public override Task<CompleteTaskResponse> CompleteActivityTask(ActivityResponse request, ServerCallContext context)
    {
        Admit(context);
        results.Writer.TryWrite(request);
        return Task.FromResult(new CompleteTaskResponse());
    }

    public override Task<GetInstanceHistoryResponse> GetInstanceHistory(GetInstanceHistoryRequest request, ServerCallContext context)
    {
        Note(context);
        return Task.FromResult(new GetInstanceHistoryResponse { Events = { StoredHistory } });
    }

    private void Admit(ServerCallContext context)
    {
        Note(context);
        Attempts++;
        if (Volatile.Read(ref refusals) > 0 && Interlocked.Decrement(ref refusals) >= 0)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "refused by the test"));
        }
    }

    private void Note(ServerCallContext context) => Deadlines.Add((context.Method, context.Deadline));

    /// <summary>One worker's stream.</summary>
    internal sealed class Connection
    {
        private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Channel<WorkItem> Items { get; } = Channel.CreateUnbounded<WorkItem>();

        /// <summary>Ends when the stream has.</summary>
        public Task Closed => closed.Task;

        public void Send(WorkflowRequest request, string token = "") => Items.Writer.TryWrite(new WorkItem { WorkflowRequest = request, CompletionToken = token });

        public void Send(ActivityRequest request, string token = "") => Items.Writer.TryWrite(new WorkItem { ActivityRequest = request, CompletionToken = token });

        public void Close()
        {
            Items.Writer.TryComplete();
            closed.TrySetResult();
        }
    }
}
