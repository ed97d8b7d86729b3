using System.Net;
using Dapr.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Serverless.Conformance.Tests.Dapr.Hosting;

/// <summary>The conformance app with its default actor options, and a sidecar whose work items the test writes itself.</summary>
internal sealed class ScriptedWorld : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _host;

    private ScriptedWorld(WebApplication host, ScriptedTaskHub hub, AppProcess app)
    {
        _host = host;
        Hub = hub;
        App = app;
    }

    public AppProcess App { get; }

    public ScriptedTaskHub Hub { get; }

    public static async Task<ScriptedWorld> StartAsync(Sdk sdk)
    {
        AppProcess.Require(sdk);
        var hub = new ScriptedTaskHub();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(hub);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        var host = builder.Build();
        host.UseRouting();
        host.MapGrpcService<ScriptedTaskHub>();
        await host.StartAsync();
        try
        {
            var grpc = new Uri(host.Urls.Single());
            var nobody = new Uri("http://127.0.0.1:1");
            return new ScriptedWorld(host, hub, await AppProcess.StartAsync(sdk, nobody, grpc, Sidecar.FreePort(), new Dictionary<string, string> { ["CONFORMANCE_ACTORS"] = "defaults" }));
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives the app one turn of a workflow, and takes its answer.</summary>
    public async Task<WorkflowResponse> TurnAsync(WorkflowRequest request)
    {
        await Hub.SendAsync(new WorkItem { WorkflowRequest = request, CompletionToken = $"{Guid.NewGuid()}" });
        return await WaitAsync(Hub.TurnOfAsync(request.InstanceId), $"an answer to the turn of {request.InstanceId}");
    }

    /// <summary>Waits, with a limit, for something that the app does.</summary>
    public async Task<T> WaitAsync<T>(Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(Patience, TimeProvider.System);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"The app did not send {what} within {Patience}.\n{App.Text}", late);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await _host.DisposeAsync();
    }
}
