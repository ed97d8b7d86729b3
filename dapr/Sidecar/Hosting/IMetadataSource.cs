using System.Text.Json.Nodes;

namespace Dapr.Sidecar.Hosting;

/// <summary>A part of the sidecar that has something to say in <c>GET /v1.0/metadata</c>.</summary>
internal interface IMetadataSource
{
    /// <summary>Adds the part's properties for one app.</summary>
    void Describe(SidecarApp app, JsonObject metadata);
}
