using System.Net;
using System.Net.Sockets;
using Dapr.Sidecar;

namespace Serverless.DaprTour;

/// <summary>The app's port and its sidecar: the one that the environment names, else an embedded one with its state in a file.</summary>
internal sealed class TourSidecar : IAsyncDisposable
{
    private readonly EmbeddedSidecar? _embedded;

    private TourSidecar(EmbeddedSidecar? embedded, int appPort, IReadOnlyDictionary<string, string?> endpoints)
    {
        _embedded = embedded;
        AppPort = appPort;
        Endpoints = endpoints;
    }

    /// <summary>The app's id.</summary>
    public const string AppId = "dapr-tour";

    /// <summary>The port on which the app listens for its sidecar.</summary>
    public int AppPort { get; }

    /// <summary>Configuration that tells the SDK where the sidecar is; empty when the environment does.</summary>
    public IReadOnlyDictionary<string, string?> Endpoints { get; }

    public static async Task<TourSidecar> StartUnlessThereIsOneAsync()
    {
        var appPort = Environment.GetEnvironmentVariable("APP_PORT") is { Length: > 0 } port ? int.Parse(port) : FreePort();
        if (IsSet("DAPR_HTTP_ENDPOINT") || IsSet("DAPR_HTTP_PORT"))
        {
            return new TourSidecar(embedded: null, appPort, new Dictionary<string, string?>());
        }

        var sidecar = await EmbeddedSidecar.StartAsync(new SidecarOptions
        {
            Apps = [new SidecarAppOptions { AppId = AppId, AppPort = appPort }],
            StateFile = Environment.GetEnvironmentVariable("DAPR_TOUR_STATE") is { Length: > 0 } file ? file : Path.Combine("output", "dapr-tour.db"),
            ComponentPaths = [Path.Combine(AppContext.BaseDirectory, "components")],
        });
        return new TourSidecar(sidecar, appPort, new Dictionary<string, string?>
        {
            ["DAPR_HTTP_ENDPOINT"] = sidecar.HttpEndpoint(AppId).ToString(),
            ["DAPR_GRPC_ENDPOINT"] = sidecar.GrpcEndpoint(AppId).ToString(),
        });
    }

    public ValueTask DisposeAsync() => _embedded?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static bool IsSet(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
