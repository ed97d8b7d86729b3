using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Serverless.Conformance.Tests.Dapr.Hosting;

/// <summary>
/// A Dapr sidecar beside one or several apps: the process <c>serverless sidecar</c>, or, with DAPR_CONFORMANCE_ENDPOINT, the one that the
/// environment names (see <see cref="ExternalSidecar"/>).
/// </summary>
internal sealed class Sidecar : IAsyncDisposable
{
    private readonly ChildProcess? _process;
    private readonly IReadOnlyDictionary<string, SidecarPorts> _apps;

    private Sidecar(ChildProcess? process, IReadOnlyDictionary<string, SidecarPorts> apps)
    {
        _process = process;
        _apps = apps;
    }

    /// <summary>What the sidecar wrote, for messages.</summary>
    public string Text => _process?.Text ?? "";

    /// <summary>Starts a sidecar for a part of the suite; where another sidecar is named and it does not serve this part, the test is skipped.</summary>
    public static async Task<Sidecar> StartAsync(SuitePart part, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, params string[] appIds)
    {
        if (ExternalSidecar.FromEnvironment() is { } external)
        {
            Assert.SkipUnless(external.Part == part, $"DAPR_CONFORMANCE_APP={external.Part} names another part of the suite than {part}.");
            return new Sidecar(process: null, appIds.ToDictionary(id => id, _ => external.Ports));
        }

        var ports = appIds.ToDictionary(id => id, _ => FreePort());
        var process = ChildProcess.Start("dotnet",
        [
            Programs.PathOf("services/Cli", "bin", "serverless.dll"), "sidecar", "--output", "json", "--no-fsync",
            .. appIds.SelectMany(id => new[] { "--app-id", id, "--app-port", $"{ports[id]}", "--dapr-http-port", "0", "--dapr-grpc-port", "0" }),
            .. arguments,
        ], environment);
        var report = JsonDocument.Parse(await process.FirstLineAsync()).RootElement;
        return new Sidecar(process, report.GetProperty("apps").EnumerateArray().ToDictionary(
            app => app.GetProperty("app_id").GetString()!,
            app => new SidecarPorts(
                new Uri(app.GetProperty("http_endpoint").GetString()!),
                new Uri(app.GetProperty("grpc_endpoint").GetString()!),
                ports[app.GetProperty("app_id").GetString()!])));
    }

    /// <summary>An app's way to the sidecar, and the sidecar's to the app.</summary>
    public SidecarPorts Of(string appId) => _apps[appId];

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>A port that is free now.</summary>
    internal static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

/// <summary>Dapr's API for one app, and the port on which the app is to listen.</summary>
internal sealed record SidecarPorts(Uri Http, Uri Grpc, int AppPort);
