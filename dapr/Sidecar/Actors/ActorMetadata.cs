using System.Text.Json.Nodes;
using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Actors;

/// <summary>The actors of an app in <c>GET /v1.0/metadata</c>.</summary>
internal sealed class ActorMetadata(Placement placement, ActorTable table) : IMetadataSource
{
    public void Describe(SidecarApp app, JsonObject metadata)
    {
        var host = placement.Of(app);
        var active = table.All.Where(activation => activation.Host.App == app).CountBy(activation => activation.Key.Type).ToDictionary();
        metadata["actors"] = Counts(active.Keys, active);
        metadata["actorRuntime"] = new JsonObject
        {
            ["runtimeStatus"] = app.Channel is null ? "DISABLED" : "RUNNING",
            ["activeActors"] = Counts(host?.Config.Types.Keys ?? [], active),
            ["hostReady"] = host is not null,
            ["placement"] = "placement: connected",
        };
    }

    private static JsonArray Counts(IEnumerable<string> types, Dictionary<string, int> active) =>
        [.. types.Order(StringComparer.Ordinal).Select(type => new JsonObject { ["type"] = type, ["count"] = active.GetValueOrDefault(type) })];
}
