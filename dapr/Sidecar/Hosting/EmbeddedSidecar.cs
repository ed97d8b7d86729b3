using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Store;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Dapr.Sidecar;

/// <summary>
/// A Dapr sidecar inside this process: Dapr's HTTP and gRPC API for one or several apps, over SQLite. Whatever speaks Dapr's protocol can
/// use it, from this process or another one.
/// </summary>
public sealed class EmbeddedSidecar : IAsyncDisposable
{
    private readonly WebApplication _host;
    private readonly AppDirectory _apps;
    private bool _disposed;

    private EmbeddedSidecar(WebApplication host)
    {
        _host = host;
        _apps = host.Services.GetRequiredService<AppDirectory>();
        Completion = host.WaitForShutdownAsync();
    }

    /// <summary>
    /// Ends when the sidecar has stopped: somebody asked it to (<c>POST /v1.0/shutdown</c>), or it was disposed. Disposing it closes the store.
    /// </summary>
    public Task Completion { get; }

    /// <summary>Opens the store, resumes what it holds and listens.</summary>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="ComponentException">A component file is wrong, or a component did not start.</exception>
    /// <exception cref="IOException">The state file cannot be had, or a port is taken.</exception>
    public static async Task<EmbeddedSidecar> StartAsync(SidecarOptions options, ILoggerFactory? loggers = null, CancellationToken cancellation = default)
    {
        var duplicate = options.Apps.GroupBy(app => app.AppId).FirstOrDefault(group => group.Count() > 1);
        if (options.Apps.Count == 0 || duplicate is not null)
        {
            throw new ArgumentException(duplicate is null ? "A sidecar serves at least one app." : $"Two apps have the id \"{duplicate.Key}\".", nameof(options));
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        if (loggers is not null)
        {
            builder.Services.AddSingleton(loggers);
        }

        builder.Services.AddLogging();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        var listening = new List<Listening>();
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options, listening));
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(options.TimeProvider);
        builder.Services.AddSingleton<AppDirectory>();
        builder.Services.AddSingleton<FaultPoints>();
        builder.Services.AddSingleton(_ => SqliteStore.Open(new StoreOptions { Path = options.StateFile, Fsync = options.Fsync, OnPoint = options.OnPoint }));
        BuildingBlocks.AddServices(builder.Services);

        var host = builder.Build();
        try
        {
            host.Services.GetRequiredService<SqliteStore>();
            host.UseMiddleware<CleanPath>();
            host.UseMiddleware<ApiTokenCheck>();
            host.UseRouting();
            BuildingBlocks.MapRoutes(host);
            await host.StartAsync(cancellation);
            foreach (var (app, http, grpc) in listening)
            {
                // Port 0 is known by its number once it is bound; nobody can have called before that.
                host.Services.GetRequiredService<AppDirectory>().Bound(app, http.IPEndPoint!.Port, grpc.IPEndPoint!.Port);
            }
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        return new EmbeddedSidecar(host);
    }

    /// <summary>The address of an app's HTTP API.</summary>
    public Uri HttpEndpoint(string appId) => new($"http://127.0.0.1:{App(appId).HttpPort}");

    /// <summary>The address of an app's gRPC API.</summary>
    public Uri GrpcEndpoint(string appId) => new($"http://127.0.0.1:{App(appId).GrpcPort}");

    /// <summary>Lets running calls end, writes what is to be written, and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        _host.Lifetime.StopApplication();
        try
        {
            await Completion;
        }
        catch (OperationCanceledException)
        {
            // Somebody kept a call open for longer than the host waits for one: it is cut, and all else has been told to stop.
        }
        finally
        {
            await _host.DisposeAsync();
        }
    }

    private static void Listen(KestrelServerOptions kestrel, SidecarOptions options, List<Listening> listening)
    {
        var apps = kestrel.ApplicationServices.GetRequiredService<AppDirectory>();
        kestrel.Limits.MaxRequestBodySize = options.MaxBodySize;
        kestrel.AddServerHeader = false;
        foreach (var app in apps.All)
        {
            apps.Bound(app, app.Options.HttpPort, app.Options.GrpcPort);
            listening.Add(new Listening(
                app,
                Listen(kestrel, options, app.Options.HttpPort, HttpProtocols.Http1),
                Listen(kestrel, options, app.Options.GrpcPort, HttpProtocols.Http2)));
        }
    }

    private static ListenOptions Listen(KestrelServerOptions kestrel, SidecarOptions options, int port, HttpProtocols protocols)
    {
        ListenOptions? listen = null;
        kestrel.Listen(options.ListenAddress, port, endpoint =>
        {
            endpoint.Protocols = protocols;
            listen = endpoint;
        });
        return listen!;
    }

    private SidecarApp App(string appId) =>
        _apps.TryGet(appId, out var app) ? app : throw new ArgumentException($"No app has the id \"{appId}\".", nameof(appId));

    /// <summary>Where an app's two APIs listen.</summary>
    private sealed record Listening(SidecarApp App, ListenOptions Http, ListenOptions Grpc);
}
