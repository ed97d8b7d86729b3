using Dapr.Sidecar;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Serverless.Api;
using Serverless.Api.Hosting;
using Serverless.Cli.Up;
using Serverless.Client;
using Serverless.Processing.Jobs;
using Serverless.Workers;

namespace Serverless.Cli.Run;

/// <summary>
/// The whole job service in this process, for one job: the embedded sidecar, the API with its workflows, one worker. What it keeps goes with it: all that a job needs
/// to go on lies in its output folder.
/// </summary>
internal sealed class LocalService : IAsyncDisposable
{
    private const string Api = "api", Worker = "worker";

    /// <summary>A run that ends leaves its shards for the next one.</summary>
    private static readonly TimeSpan LastReportTime = TimeSpan.FromSeconds(1);

    private readonly DirectoryInfo _folder;
    private readonly EmbeddedSidecar _sidecar;
    private readonly WebApplication _api, _worker;
    private readonly SilenceableLoggers _loggers;

    private LocalService(DirectoryInfo folder, EmbeddedSidecar sidecar, WebApplication api, WebApplication worker, JobsClient client, SilenceableLoggers loggers) =>
        (_folder, _sidecar, _api, _worker, Client, _loggers) = (folder, sidecar, api, worker, client, loggers);

    /// <summary>Calls the service.</summary>
    public JobsClient Client { get; }

    /// <summary>Starts it.</summary>
    /// <param name="options">Model and clock.</param>
    /// <param name="log">Where it logs.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="stateFile">Where the sidecar keeps its state, durably. Default: in memory.</param>
    /// <param name="devices">What engines run on. Default: the CPU.</param>
    public static async Task<LocalService> StartAsync(JobRunnerOptions options, ILoggerFactory log, CancellationToken cancellationToken, string? stateFile = null, EngineDevices? devices = null)
    {
        var loggers = new SilenceableLoggers(log);
        var ports = new LocalPorts(new FreePorts());
        var folder = Directory.CreateTempSubdirectory("serverless-run-");

        // Each takes a good part of a second to be put together, most of it in the compiler.
        var sidecar = Task.Run(() => EmbeddedSidecar.StartAsync(SidecarOf(ports, stateFile), loggers, cancellationToken), cancellationToken);
        var worker = Task.Run(() => WorkerOf(ports, options, devices ?? EngineDevices.Cpu, loggers), cancellationToken);
        var api = ApiOf(ports, folder, options, loggers);
        var client = new JobsClient(new JobsClientOptions { BaseAddress = new Uri(Address(ports.Public)), PollInterval = TimeSpan.FromMilliseconds(100) });
        var service = new LocalService(folder, await sidecar, api, await worker, client, loggers);
        try
        {
            await Task.WhenAll(Task.Run(() => api.StartAsync(cancellationToken), cancellationToken), Task.Run(() => service._worker.StartAsync(cancellationToken), cancellationToken));
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    private static SidecarOptions SidecarOf(LocalPorts ports, string? stateFile) => new()
    {
        Apps =
        [
            new SidecarAppOptions { AppId = Api, AppPort = ports.Api, HttpPort = ports.ApiHttp, GrpcPort = ports.ApiGrpc },
            new SidecarAppOptions { AppId = Worker, AppPort = ports.Worker, HttpPort = ports.WorkerHttp, GrpcPort = ports.WorkerGrpc },
        ],
        ComponentPaths = [Path.Combine(AppContext.BaseDirectory, "dapr", "components", "embedded", "job-events.yaml")],
        StateFile = stateFile,
        Fsync = stateFile is not null,
        MaxBodySize = 16 << 20,
        ApiToken = Environment.GetEnvironmentVariable("DAPR_API_TOKEN"),
        AppApiToken = Environment.GetEnvironmentVariable("APP_API_TOKEN"),
    };

    private static WebApplication ApiOf(LocalPorts ports, DirectoryInfo folder, JobRunnerOptions options, ILoggerFactory loggers) => ApiHost.Build(
        new ApiOptions { Port = ports.Public, AppPort = ports.Api, StorageRoot = folder.FullName },
        options,
        loggers,
        builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DAPR_HTTP_ENDPOINT"] = Address(ports.ApiHttp),
            ["DAPR_GRPC_ENDPOINT"] = Address(ports.ApiGrpc),
        }));

    private static WebApplication WorkerOf(LocalPorts ports, JobRunnerOptions options, EngineDevices devices, ILoggerFactory loggers) => WorkerHost.Build(
        new WorkerOptions
        {
            NodeId = "local",
            AppPort = ports.Worker,
            SidecarEndpoint = Address(ports.WorkerHttp),
            Cards = devices.Cards,
            DeviceWithoutCards = devices.WithoutCards,
            LoadEngine = options.LoadEngine,
            DrainTime = TimeSpan.Zero,
            LastReportTime = LastReportTime,
        },
        loggers);

    private static string Address(int port) => $"http://127.0.0.1:{port}";

    /// <summary>Ends it, the worker first, so that it can give back what it has. What its parts miss of each other meanwhile is no news.</summary>
    public async ValueTask DisposeAsync()
    {
        _loggers.Silence();
        Client.Dispose();
        foreach (var app in new[] { _worker, _api })
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        await _sidecar.DisposeAsync();
        _loggers.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>The ports of all parts, so that none waits for another to know them.</summary>
    private sealed class LocalPorts(FreePorts free)
    {
        public int Public { get; } = free.Take();

        public int Api { get; } = free.Take();

        public int ApiHttp { get; } = free.Take();

        public int ApiGrpc { get; } = free.Take();

        public int Worker { get; } = free.Take();

        public int WorkerHttp { get; } = free.Take();

        public int WorkerGrpc { get; } = free.Take();
    }
}
