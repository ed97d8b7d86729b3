using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Apps;

/// <summary>A part of the sidecar that follows the coming and going of apps. Calls come one after the other for an app, and must not block.</summary>
internal interface IAppObserver
{
    /// <summary>An app answers (again), or now answers with other settings.</summary>
    /// <param name="app">The app.</param>
    /// <param name="config">The body of its <c>GET /dapr/config</c>; empty when it has none.</param>
    void AppUp(SidecarApp app, ReadOnlyMemory<byte> config);

    /// <summary>An app answers no more.</summary>
    void AppLost(SidecarApp app);
}
