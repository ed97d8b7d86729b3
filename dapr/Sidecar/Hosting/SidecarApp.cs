namespace Dapr.Sidecar.Hosting;

/// <summary>An app that the sidecar serves: who it is, its two API ports, and the way to it.</summary>
internal sealed class SidecarApp(SidecarAppOptions options, AppChannel? channel)
{
    /// <summary>The app's id.</summary>
    public string Id => options.AppId;

    /// <summary>What the app was declared with.</summary>
    public SidecarAppOptions Options => options;

    /// <summary>HTTP to the app; null for an app without a port.</summary>
    public AppChannel? Channel => channel;

    /// <summary>The bound port of the HTTP API; set when the sidecar listens.</summary>
    public int HttpPort { get; internal set; }

    /// <summary>The bound port of the gRPC API; set when the sidecar listens.</summary>
    public int GrpcPort { get; internal set; }
}
