using System.Net;
using System.Net.Sockets;
using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Sidecar;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Serverless.Placement.Cluster;
using Serverless.Placement.Groups;
using Serverless.Placement.Hosting;
using Serverless.Placement.Nodes;
using Serverless.Placement.Pools;
using Serverless.Placement.Workers;

namespace Serverless.Placement.Tests.Actors;

/// <summary>
/// The actors of placement over an embedded sidecar, with doubles of workers and jobs. The actors' clock stands until a test moves it; the
/// sidecar's, which fires reminders, moves with it. The app can be thrown away and made anew over the same state.
/// </summary>
internal sealed class PlacementApp : IAsyncDisposable
{
    private static readonly string[] NodeIds = ["n1", "n2", "n3"];

    private readonly int _port = FreePort();
    private readonly Action<PlacementOptions>? _configure;
    private EmbeddedSidecar _sidecar = null!;
    private int _writes;
    private WebApplication _app = null!;

    private PlacementApp(Action<PlacementOptions>? configure) => _configure = configure;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 27, 12, 0, 0, TimeSpan.Zero));

    public Heard Heard { get; } = new();

    /// <summary>How often an actor's state was written.</summary>
    public int Writes => Volatile.Read(ref _writes);

    public IClusterActor Cluster => Proxy<IClusterActor>(IClusterActor.Id, IClusterActor.ActorType);

    public static async Task<PlacementApp> StartAsync(Action<PlacementOptions>? configure = null)
    {
        var app = new PlacementApp(configure);
        app._sidecar = await EmbeddedSidecar.StartAsync(new SidecarOptions
        {
            Apps = [new SidecarAppOptions { AppId = "api", AppPort = app._port }],
            TimeProvider = app.Time,
            OnPoint = point =>
            {
                if (point == "sidecar.actor-state.after-commit")
                {
                    Interlocked.Increment(ref app._writes);
                }
            },
        });
        await app.StartAppAsync();
        return app;
    }

    public IGpuNodeActor Node(string id) => Proxy<IGpuNodeActor>(id, IGpuNodeActor.ActorType);

    public IPlacementGroupActor Group(string id) => Proxy<IPlacementGroupActor>(id, IPlacementGroupActor.ActorType);

    public IEnginePoolActor Pool(EngineSpec engine) => Proxy<IEnginePoolActor>(engine.PoolId, EngineSpec.ActorType);

    public T Proxy<T>(string id, string type)
        where T : IActor => _app.Services.GetRequiredService<IActorProxyFactory>().CreateActorProxy<T>(new ActorId(id), type);

    /// <summary>The process of the app is gone and another one comes; what is in memory is lost.</summary>
    public async Task RestartAsync()
    {
        await EndAppAsync();
        await StartAppAsync();
    }

    /// <summary>Moves the clock on until something is so, a second at a time, while nodes go on living.</summary>
    public Task PassUntilAsync(Func<Task<bool>> condition, string otherwise, params NodeReport[] living) => Eventually.Get(
        async () =>
        {
            await PassAsync(TimeSpan.FromSeconds(1), living);
            return await condition();
        },
        so => so,
        otherwise);

    public Task PassUntilAsync(Func<bool> condition, string otherwise, params NodeReport[] living) =>
        PassUntilAsync(() => Task.FromResult(condition()), otherwise, living);

    /// <summary>Moves the clock on, a second at a time, while nodes go on living.</summary>
    public async Task PassAsync(TimeSpan time, params NodeReport[] living)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            foreach (var node in living)
            {
                await Cluster.HeartbeatAsync(node);
            }

            Time.Advance(TimeSpan.FromSeconds(1));

            // A way to the app and back: the sidecar's looks after the app keep pace with the clock.
            await Cluster.GetNodesAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAppAsync();
        await _sidecar.DisposeAsync();
    }

    /// <summary>Waits for nothing that is under way: a turn may be waiting for a clock that stands.</summary>
    private async Task EndAppAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task StartAppAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{_port}");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["DAPR_HTTP_ENDPOINT"] = _sidecar.HttpEndpoint("api").ToString() });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddSingleton(Heard);
        builder.Services.AddPlacement(_configure);
        builder.Services.AddActors(options =>
        {
            options.UseJsonSerialization = true;
            options.AddPlacement();
            options.Actors.RegisterActor<FakeJobActor>();
            foreach (var node in NodeIds)
            {
                options.Actors.RegisterActor<FakeWorkerActor>(GpuWorkers.TypeOf(node));
            }
        });
        _app = builder.Build();
        _app.MapActorsHandlers();
        await _app.StartAsync();

        // The sidecar finds the app by asking again and again, by a clock that stands.
        var nodes = Task.Run(Cluster.GetNodesAsync);
        while (!nodes.IsCompleted)
        {
            Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(nodes, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System));
        }

        await nodes;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
