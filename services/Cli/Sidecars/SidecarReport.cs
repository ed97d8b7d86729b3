using System.Text.Json;
using Dapr.Sidecar;

namespace Serverless.Cli.Sidecars;

/// <summary>Where the sidecar listens: said once, when it does. As JSON it is one line, so that a program can wait for it.</summary>
internal static class SidecarReport
{
    public static async Task WriteAsync(EmbeddedSidecar sidecar, SidecarOptions options, OutputFormat format)
    {
        var apps = options.Apps.Select(app => new
        {
            app_id = app.AppId,
            http_endpoint = Text(sidecar.HttpEndpoint(app.AppId)),
            grpc_endpoint = Text(sidecar.GrpcEndpoint(app.AppId)),
        }).ToArray();
        if (format is OutputFormat.Json)
        {
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new { apps }, JsonOutput.Compact));
            return;
        }

        await Console.Out.WriteLineAsync(options.StateFile is { } file ? $"State in {Path.GetFullPath(file)}." : "State in memory: nothing outlives this process (--state FILE keeps it).");
        foreach (var app in apps)
        {
            await Console.Out.WriteLineAsync($"{app.app_id}: DAPR_HTTP_ENDPOINT={app.http_endpoint} DAPR_GRPC_ENDPOINT={app.grpc_endpoint}");
        }
    }

    private static string Text(Uri endpoint) => endpoint.GetLeftPart(UriPartial.Authority);
}
