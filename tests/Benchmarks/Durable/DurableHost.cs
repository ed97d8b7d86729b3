using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Sidecar;
using Dapr.Workflow;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Serverless.Benchmarks.Durable;

/// <summary>Where the sidecar runs.</summary>
internal enum SidecarPlace
{
    /// <summary>In the app's process.</summary>
    Embedded,

    /// <summary>In a process of its own: <c>serverless sidecar</c>.</summary>
    Process,
}

/// <summary>The benchmarks' app and its sidecar, over a state file of its own.</summary>
internal sealed class DurableHost : IAsyncDisposable
{
    private const string AppId = "benchmark";
    private readonly WebApplication _app;
    private readonly EmbeddedSidecar? _embedded;
    private readonly string _folder;

    private DurableHost(WebApplication app, EmbeddedSidecar? embedded, Process? process, string folder)
    {
        (_app, _embedded, Process, _folder) = (app, embedded, process, folder);
    }

    /// <summary>The sidecar's process, where it has one.</summary>
    public Process? Process { get; }

    public DaprWorkflowClient Workflows => _app.Services.GetRequiredService<DaprWorkflowClient>();

    public IBenchmarkActor Actor(string id) =>
        _app.Services.GetRequiredService<IActorProxyFactory>().CreateActorProxy<IBenchmarkActor>(new ActorId(id), BenchmarkActor.Type);

    public static async Task<DurableHost> StartAsync(SidecarPlace place, bool fsync)
    {
        string folder = Directory.CreateTempSubdirectory("serverless-benchmark-").FullName, state = Path.Combine(folder, "state.db");
        int appPort = FreePort();
        EmbeddedSidecar? embedded = null;
        Process? process = null;
        string http, grpc;
        if (place is SidecarPlace.Embedded)
        {
            embedded = await EmbeddedSidecar.StartAsync(new SidecarOptions
            {
                Apps = [new SidecarAppOptions { AppId = AppId, AppPort = appPort }], StateFile = state, Fsync = fsync, MaxBodySize = 64 << 20,
            });
            (http, grpc) = (embedded.HttpEndpoint(AppId).ToString(), embedded.GrpcEndpoint(AppId).ToString());
        }
        else
        {
            (process, http, grpc) = await StartSidecarAsync(appPort, state, fsync);
        }

        var app = BuildApp(appPort, http, grpc);
        await app.StartAsync();
        var host = new DurableHost(app, embedded, process, folder);
        await host.WarmUpAsync();
        return host;
    }

    /// <summary>Runs a little of everything, so that what is measured is compiled and optimised in every process.</summary>
    private async Task WarmUpAsync()
    {
        for (int i = 0; i < 400; i++)
        {
            await RunAsync(nameof(SequenceWorkflow), 3);
            await Actor("warm").PutAsync(i);
            await Actor("warm").PingAsync(i);
        }

        for (int i = 0; i < 3; i++) await RunAsync(nameof(FanOutWorkflow), 3000);
    }

    /// <summary>Runs a workflow to its end and checks that it succeeded.</summary>
    public async Task RunAsync(string workflow, object input)
    {
        string id = await Workflows.ScheduleNewWorkflowAsync(workflow, input: input);
        var state = await Workflows.WaitForWorkflowCompletionAsync(id, getInputsAndOutputs: false);
        if (state.RuntimeStatus is not WorkflowRuntimeStatus.Completed)
            throw new InvalidOperationException($"{workflow} is {state.RuntimeStatus}: {state.FailureDetails}");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_embedded is not null) await _embedded.DisposeAsync();
        if (Process is not null)
        {
            Process.Kill();
            await Process.WaitForExitAsync();
            Process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static WebApplication BuildApp(int port, string http, string grpc)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["DAPR_HTTP_ENDPOINT"] = http, ["DAPR_GRPC_ENDPOINT"] = grpc });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddActors(options =>
        {
            options.UseJsonSerialization = true;
            options.Actors.RegisterActor<BenchmarkActor>();
        });
        builder.Services.AddDaprWorkflow(options =>
        {
            options.RegisterWorkflow<SequenceWorkflow>();
            options.RegisterWorkflow<FanOutWorkflow>();
            options.RegisterWorkflow<FamilyWorkflow>();
            options.RegisterActivity<NextActivity>();
        });
        var app = builder.Build();
        app.MapActorsHandlers();
        return app;
    }

    private static async Task<(Process Process, string Http, string Grpc)> StartSidecarAsync(int appPort, string state, bool fsync)
    {
        string command = Clone.PathOf("services", "Cli", "bin", "Release", "net10.0", "serverless.dll");
        if (!File.Exists(command)) throw new InvalidOperationException($"{command} is missing: run dotnet build services/Cli -c Release first.");
        string[] arguments =
        [
            command, "sidecar", "--app-id", AppId, "--app-port", $"{appPort}", "--dapr-http-port", "0", "--dapr-grpc-port", "0",
            "--state", state, "--max-body-size", "64Mi", "--output", "json", .. fsync ? Array.Empty<string>() : ["--no-fsync"],
        ];
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        string line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The sidecar did not start.");
        var app = JsonDocument.Parse(line).RootElement.GetProperty("apps")[0];
        return (process, app.GetProperty("http_endpoint").GetString()!, app.GetProperty("grpc_endpoint").GetString()!);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
