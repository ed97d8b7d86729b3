using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Sidecar;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Serverless.Contracts;
using Serverless.Contracts.Specs;
using Serverless.Inference;
using Serverless.Placement.Cluster;
using Serverless.Placement.Pools;
using Serverless.Placement.Workers;
using Serverless.Processing.Jobs;

namespace Serverless.Workers.Tests.Fakes;

/// <summary>A sidecar, a control plane whose answers a test decides, and one worker over a fake engine.</summary>
public sealed class WorkerBench : IAsyncDisposable
{
    public const string NodeId = "node-a", PoolId = "pool", ReplicaId = "replica-1";

    readonly EmbeddedSidecar sidecar;
    readonly WebApplication control;
    readonly TcpListener held;
    readonly int workerPort;
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("serverless-workers-");

    WorkerBench(EmbeddedSidecar sidecar, WebApplication control, ControlRecord record, TcpListener held) =>
        (this.sidecar, this.control, Record, this.held, workerPort) = (sidecar, control, record, held, PortOf(held));

    public ControlRecord Record { get; }

    internal FakeEngine Engine { get; set; } = new();

    public Func<EngineOptions, Task<IGenerationEngine>>? Load { get; set; }

    public int Loads { get; private set; }

    public WebApplication? Worker { get; private set; }

    public IGpuWorkerActor Door => control.Services.GetRequiredService<IActorProxyFactory>().CreateActorProxy<IGpuWorkerActor>(new ActorId("0"), GpuWorkers.TypeOf(NodeId));

    public static async Task<WorkerBench> StartAsync()
    {
        // Held until their owners listen there, so that the sidecar, whose ports are any that are free, does not get them.
        var (controlListener, workerListener) = (Listen(), Listen());
        var (controlPort, workerPort) = (PortOf(controlListener), PortOf(workerListener));
        var beside = await EmbeddedSidecar.StartAsync(new SidecarOptions
        {
            Apps = [new SidecarAppOptions { AppId = "api", AppPort = controlPort }, new SidecarAppOptions { AppId = "worker-1", AppPort = workerPort }],
        });
        var record = new ControlRecord();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{controlPort}");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(record);
        builder.Services.AddActors(actors =>
        {
            actors.UseJsonSerialization = true;
            actors.HttpEndpoint = beside.HttpEndpoint("api").ToString();
            actors.Actors.RegisterActor<FakePoolActor>(EngineSpec.ActorType);
            actors.Actors.RegisterActor<FakeJobActor>(IJobNotices.ActorType);
            actors.Actors.RegisterActor<FakeClusterActor>(IClusterActor.ActorType);
        });
        var app = builder.Build();
        app.MapActorsHandlers();
        controlListener.Dispose();
        await app.StartAsync();
        return new WorkerBench(beside, app, record, workerListener);
    }

    /// <summary>Options of the worker; a test shortens what it waits for.</summary>
    public WorkerOptions Options()
    {
        held.Dispose();
        return new WorkerOptions
        {
            NodeId = NodeId,
            AppPort = workerPort,
            SidecarEndpoint = sidecar.HttpEndpoint("worker-1").ToString(),
            ReportInterval = TimeSpan.FromMilliseconds(50),
            LoadEngine = async (options, _) =>
            {
                Loads++;
                return Load is { } load ? await load(options) : Engine;
            },
        };
    }

    public async Task StartWorkerAsync(WorkerOptions? options = null)
    {
        Worker = WorkerHost.Build(options ?? Options());
        await Worker.StartAsync();
        await Record.UntilAsync(record => record.Heartbeats.Count > 0, "the first heartbeat");
    }

    public async Task StopWorkerAsync()
    {
        await Worker!.StopAsync();
        await Worker.DisposeAsync();
        Worker = null;
    }

    /// <summary>The control plane goes; whoever calls it hears that from the sidecar.</summary>
    public Task StopControlAsync() => control.StopAsync();

    /// <summary>Starts the replica as a pool would.</summary>
    public Task StartEngineAsync(string replicaId = ReplicaId, IReadOnlyList<int>? accelerators = null, EngineArgs? arguments = null) => Door.StartEngineAsync(
        new EngineStart(PoolId, replicaId, new EngineSpec(new ModelSpec { Source = "fake", EngineArgs = arguments ?? new EngineArgs() }, new PlacementSpec()), accelerators ?? []));

    /// <summary>A planned job of so many shards of one row each.</summary>
    public async Task<TestJob> PlanAsync(string id, params string[] items)
    {
        var spec = new JobSpec
        {
            Id = id,
            Model = new ModelSpec { Source = "fake" },
            Input = new InputSpec { Items = [.. items.Select(item => JsonSerializer.SerializeToElement(item))] },
            Preprocess = new PreprocessSpec { Prompt = $"{id}: {{{{ row.item }}}}" },
            Output = new OutputSpec { Uri = Path.Combine(folder.FullName, id) },
            BatchSize = 1,
        };
        await using var steps = JobSteps.Open(spec, new JobRunnerOptions { ModelRevision = (_, _) => Task.FromResult("r1") });
        await steps.ClaimAsync(default);
        await steps.PlanFileAsync(0, default);
        await steps.CompletePlanAsync(default);
        var file = Path.Combine(folder.FullName, $"{id}.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(spec, ContractsJson.Compact));
        return new TestJob(id, $"local://{file}", Path.Combine(folder.FullName, id));
    }

    public async ValueTask DisposeAsync()
    {
        if (Worker is not null)
            await StopWorkerAsync();
        await control.StopAsync();
        await control.DisposeAsync();
        await sidecar.DisposeAsync();
        held.Dispose();
        folder.Delete(recursive: true);
    }

    static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}

/// <summary>A job that a test planned.</summary>
public sealed record TestJob(string Id, string SpecUri, string Output)
{
    public ShardLease Lease(int shard, int attempt = 1, RowRange? probe = null, IReadOnlyList<long>? poison = null) =>
        new(Id, SpecUri, shard / 100, new ShardTicket(shard, attempt, probe, PoisonRows: poison));

    public int Parts => Directory.GetFiles(Output, "part-*.parquet").Length;
}
