using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;

namespace Dapr.Sidecar.Hosting;

/// <summary><c>/v1.0/metadata</c> (https://docs.dapr.io/reference/api/metadata_api/): what the sidecar is made of, and notes that others leave.</summary>
internal sealed class MetadataRoutes(AppDirectory apps, IEnumerable<IMetadataSource> sources)
{
    private static readonly string Version = $"{typeof(MetadataRoutes).Assembly.GetName().Version!.ToString(3)}-embedded";
    private readonly ConcurrentDictionary<(SidecarApp App, string Key), string> _extended = new();

    /// <summary>Maps the routes.</summary>
    public void Map(WebApplication host)
    {
        host.MapGet("/v1.0/metadata", context => Results.Json(Describe(apps.Of(context))).ExecuteAsync(context));
        host.MapPut("/v1.0/metadata/{key}", SetAsync);
    }

    /// <summary>Leaves a note.</summary>
    public void Set(SidecarApp app, string key, string value) => _extended[(app, key)] = value;

    /// <summary>What an app's sidecar is made of.</summary>
    public JsonObject Describe(SidecarApp app)
    {
        var extended = new JsonObject { ["daprRuntimeVersion"] = Version };
        foreach (var ((_, key), value) in _extended.Where(entry => entry.Key.App == app))
        {
            extended[key] = value;
        }

        var metadata = new JsonObject
        {
            ["id"] = app.Id,
            ["runtimeVersion"] = Version,
            ["extended"] = extended,
            ["appConnectionProperties"] = app.Options.AppPort is { } port
                ? new JsonObject { ["port"] = port, ["protocol"] = "http", ["channelAddress"] = "127.0.0.1" }
                : new JsonObject(),
        };
        foreach (var source in sources)
        {
            source.Describe(app, metadata);
        }

        return metadata;
    }

    private async Task SetAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context.Request);
        Set(apps.Of(context), (string)context.Request.RouteValues["key"]!, Encoding.UTF8.GetString(body.Memory.Span));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
