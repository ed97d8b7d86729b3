using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Dapr.Sidecar.Hosting;

/// <summary>The sidecar's apps, by id and by the port on which a caller came in.</summary>
internal sealed class AppDirectory
{
    private readonly Dictionary<string, SidecarApp> _byId;
    private readonly ConcurrentDictionary<int, SidecarApp> _byPort = [];

    public AppDirectory(SidecarOptions options)
    {
        _byId = options.Apps.ToDictionary(
            app => app.AppId,
            app => new SidecarApp(app, app.AppPort is { } port ? new AppChannel(app.AppId, port, options.AppApiToken) : null));
    }

    /// <summary>All apps, in no order.</summary>
    public IReadOnlyCollection<SidecarApp> All => _byId.Values;

    /// <summary>An app by its id.</summary>
    public bool TryGet(string id, [NotNullWhen(true)] out SidecarApp? app) => _byId.TryGetValue(id, out app);

    /// <summary>The app whose API port a request came in on.</summary>
    public SidecarApp Of(HttpContext context) => _byPort[context.Connection.LocalPort];

    /// <summary>Notes the ports of an app: those asked for before they are bound, those that the system chose once they are.</summary>
    internal void Bound(SidecarApp app, int httpPort, int grpcPort)
    {
        app.HttpPort = httpPort;
        app.GrpcPort = grpcPort;
        _byPort[httpPort] = app;
        _byPort[grpcPort] = app;
    }
}
