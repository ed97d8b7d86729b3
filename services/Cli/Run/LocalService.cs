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

    /// <summary>How long a person who pressed Ctrl-C waits at most.</summary>
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(15);

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
    public static async Task<LocalService> StartAsync(JobRunnerOptions options, ILoggerFactory log, CancellationToken cancellationToken, string? stateFile = null)
    {
        var loggers = new SilenceableLoggers(log);
        var ports = new FreePorts();
        var (publicPort, apiPort, workerPort) = (ports.Take(), ports.Take(), ports.Take());
        var folder = Directory.CreateTempSubdirectory("serverless-run-");
        var sidecar = await EmbeddedSidecar.StartAsync(
            new SidecarOptions
            {
                Apps = [new SidecarAppOptions { AppId = Api, AppPort = apiPort }, new SidecarAppOptions { AppId = Worker, AppPort = workerPort }],
                ComponentPaths = [Path.Combine(AppContext.BaseDirectory, "dapr", "components", "embedded", "job-events.yaml")],
                StateFile = stateFile,
                Fsync = stateFile is not null,
                MaxBodySize = 16 << 20,
                ApiToken = Environment.GetEnvironmentVariable("DAPR_API_TOKEN"),
                AppApiToken = Environment.GetEnvironmentVariable("APP_API_TOKEN"),
            },
            loggers,
            cancellationToken);
        var api = ApiHost.Build(
            new ApiOptions { Port = publicPort, AppPort = apiPort, StorageRoot = folder.FullName },
            options,
            loggers,
            builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["DAPR_HTTP_ENDPOINT"] = sidecar.HttpEndpoint(Api).ToString(),
                ["DAPR_GRPC_ENDPOINT"] = sidecar.GrpcEndpoint(Api).ToString(),
            }));
        var worker = WorkerHost.Build(
            new WorkerOptions
            {
                NodeId = "local",
                AppPort = workerPort,
                SidecarEndpoint = sidecar.HttpEndpoint(Worker).ToString(),
                LoadEngine = options.LoadEngine,
                DrainTime = TimeSpan.Zero,
                LastReportTime = LastReportTime,
            },
            loggers);
        var client = new JobsClient(new JobsClientOptions { BaseAddress = new Uri($"http://127.0.0.1:{publicPort}"), PollInterval = TimeSpan.FromMilliseconds(100) });
        var service = new LocalService(folder, sidecar, api, worker, client, loggers);
        try
        {
            await Task.WhenAll(api.StartAsync(cancellationToken), worker.StartAsync(cancellationToken));
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it, the worker first, so that it can give back what it has. What its parts miss of each other meanwhile is no news.</summary>
    public async ValueTask DisposeAsync()
    {
        _loggers.Silence();
        Client.Dispose();
        try
        {
            await EndAsync().WaitAsync(EndTime, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            // It ends with the process: nothing of it is needed any more.
        }
    }

    private async Task EndAsync()
    {
        foreach (var app in new[] { _worker, _api })
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        await _sidecar.DisposeAsync();
        _loggers.Dispose();
        _folder.Delete(recursive: true);
    }
}
