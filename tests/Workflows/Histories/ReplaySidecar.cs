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

namespace Serverless.Workflows.Tests.Histories;

/// <summary>A sidecar that asks the one worker that is connected to it what a workflow does next, and does nothing about the answer.</summary>
internal sealed class ReplaySidecar : TaskHubSidecarService.TaskHubSidecarServiceBase, IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;
    private readonly Channel<WorkItem> _questions = Channel.CreateUnbounded<WorkItem>();
    private readonly Channel<WorkflowResponse> _answers = Channel.CreateUnbounded<WorkflowResponse>();

    private ReplaySidecar(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<ReplaySidecar> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, port => port.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(options => options.MaxReceiveMessageSize = null);
        ReplaySidecar? sidecar = null;
        builder.Services.AddSingleton(_ => sidecar!);
        var server = builder.Build();
        server.MapGrpcService<ReplaySidecar>();
        sidecar = new ReplaySidecar(server);
        await server.StartAsync();
        return sidecar;
    }

    /// <summary>Has the worker run a turn.</summary>
    public async Task<WorkflowResponse> AskAsync(WorkflowRequest request)
    {
        _questions.Writer.TryWrite(new WorkItem { WorkflowRequest = request, CompletionToken = "turn" });
        return await _answers.Reader.ReadAsync().AsTask().WaitAsync(Limit);
    }

    public async ValueTask DisposeAsync()
    {
        _questions.Writer.TryComplete();
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    public override Task<Empty> Hello(Empty request, ServerCallContext context) => Task.FromResult(new Empty());

    public override async Task GetWorkItems(GetWorkItemsRequest request, IServerStreamWriter<WorkItem> responseStream, ServerCallContext context)
    {
        await foreach (var item in _questions.Reader.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(item, context.CancellationToken);
        }
    }

    public override Task<CompleteTaskResponse> CompleteOrchestratorTask(WorkflowResponse request, ServerCallContext context)
    {
        _answers.Writer.TryWrite(request);
        return Task.FromResult(new CompleteTaskResponse());
    }
}
