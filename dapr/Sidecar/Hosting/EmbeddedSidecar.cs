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
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options));
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

    private static void Listen(KestrelServerOptions kestrel, SidecarOptions options)
    {
        var apps = kestrel.ApplicationServices.GetRequiredService<AppDirectory>();
        kestrel.Limits.MaxRequestBodySize = options.MaxBodySize;
        kestrel.AddServerHeader = false;
        foreach (var app in apps.All)
        {
            // A free port is asked of the system here, since both ports of an app must be known by number before the first request.
            var (http, grpc) = (Ports.Choose(options.ListenAddress, app.Options.HttpPort), Ports.Choose(options.ListenAddress, app.Options.GrpcPort));
            kestrel.Listen(options.ListenAddress, http, endpoint => endpoint.Protocols = HttpProtocols.Http1);
            kestrel.Listen(options.ListenAddress, grpc, endpoint => endpoint.Protocols = HttpProtocols.Http2);
            apps.Bound(app, http, grpc);
        }
    }

    private SidecarApp App(string appId) =>
        _apps.TryGet(appId, out var app) ? app : throw new ArgumentException($"No app has the id \"{appId}\".", nameof(appId));
}
