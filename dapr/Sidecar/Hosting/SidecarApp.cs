namespace Dapr.Sidecar.Hosting;

/// <summary>An app that the sidecar serves: who it is, its two API ports, and the way to it.</summary>
internal sealed class SidecarApp(SidecarAppOptions options, AppChannel? channel)
{
    private volatile TaskCompletionSource _suspected = new(TaskCreationOptions.RunContinuationsAsynchronously);

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

    /// <summary>Whether the app answered when it was last asked.</summary>
    public bool IsUp { get; internal set; }

    /// <summary>Ends when somebody thinks that the app is gone.</summary>
    internal Task Suspected => _suspected.Task;

    /// <summary>Has the app looked after at once instead of at the next probe.</summary>
    public void Suspect() => _suspected.TrySetResult();

    /// <summary>Forgets earlier suspicions.</summary>
    internal void Trust() => _suspected = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
