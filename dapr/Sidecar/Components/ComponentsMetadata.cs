using System.Text.Json.Nodes;
using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Components;

/// <summary>The <c>components</c> of <c>GET /v1.0/metadata</c>.</summary>
internal sealed class ComponentsMetadata(ComponentCatalog catalog) : IMetadataSource
{
    public void Describe(SidecarApp app, JsonObject metadata) =>
        metadata["components"] = new JsonArray([.. catalog.For(app.Id).Select(component => (JsonNode)new JsonObject
        {
            ["name"] = component.Spec.Name,
            ["type"] = component.Spec.Type,
            ["version"] = component.Spec.Version,
            ["capabilities"] = new JsonArray([.. component.Type.Capabilities.Select(capability => (JsonNode)capability)]),
        })]);
}
