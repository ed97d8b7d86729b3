using System.Globalization;
using System.Security.Cryptography;
using Serverless.Api.Security;

namespace Serverless.Cli.Up;

/// <summary>The processes of an installation on this machine, their ports and their command lines: one sidecar, one api, the workers.</summary>
internal static class UpPlan
{
    /// <summary>Ids of the product's own apps.</summary>
    public const string Api = "api", WorkerPrefix = "worker-";

    /// <returns>The processes, and where the workers listen.</returns>
    public static (ChildCommand Sidecar, IReadOnlyList<ChildCommand> Apps, IReadOnlyList<string> Workers) Make(UpOptions options, FreePorts ports)
    {
        var apps = Enumerable.Range(1, options.Workers).Select(number => $"{WorkerPrefix}{number}").Prepend(Api)
            .Select(id => new App(id, ports.Take(), ports.Take(), ports.Take())).ToList();
        var tokens = new Dictionary<string, string> { ["DAPR_API_TOKEN"] = Secret(), ["APP_API_TOKEN"] = Secret() };
        var others = options.Apps.Select(app => new App(app.Key, app.Value, ports.Take(), ports.Take()));
        return (
            Sidecar(options, [.. apps, .. others], tokens),
            [.. apps.Select((app, i) => app.Id == Api ? ApiOf(app, options, tokens) : WorkerOf(app, options.Devices[i - 1], options, tokens))],
            [.. apps.Where(app => app.Id != Api).Select(app => Address(app.AppPort))]);
    }

    private static ChildCommand Sidecar(UpOptions options, IReadOnlyList<App> apps, IReadOnlyDictionary<string, string> tokens)
    {
        List<string> arguments = ["sidecar", "--state", Path.Combine(options.DataFolder, "state.db"), "--max-body-size", "16Mi", "--output", "json"];
        foreach (var path in ComponentFiles.With(options.ComponentPaths))
        {
            arguments.AddRange(["--components-path", path]);
        }

        foreach (var app in apps)
        {
            arguments.AddRange(["--app-id", app.Id, "--app-port", Text(app.AppPort), "--dapr-http-port", Text(app.HttpPort), "--dapr-grpc-port", Text(app.GrpcPort)]);
        }

        return new ChildCommand("sidecar", arguments, tokens);
    }

    private static ChildCommand ApiOf(App app, UpOptions options, IReadOnlyDictionary<string, string> tokens) => new(
        app.Id,
        [
            "api", "--port", Text(options.Port), "--listen-address", options.ListenAddress, "--app-port", Text(app.AppPort), "--data", options.DataFolder,
            .. options.Config is { } config ? new[] { "--config", config } : [],
        ],
        WithEndpoints(app, tokens));

    private static ChildCommand WorkerOf(App app, string device, UpOptions options, IReadOnlyDictionary<string, string> tokens) => new(
        app.Id,
        [
            "worker", "--node-id", $"{NodePrefix()}-{app.Id}", "--app-port", Text(app.AppPort), "--data", Path.Combine(options.DataFolder, "workers", app.Id),
            "--keys", Path.Combine(options.DataFolder, ApiKeyFile.FileName), "--device", device,
        ],
        WithEndpoints(app, tokens));

    private static Dictionary<string, string> WithEndpoints(App app, IReadOnlyDictionary<string, string> tokens) => new(tokens)
    {
        ["DAPR_HTTP_ENDPOINT"] = Address(app.HttpPort),
        ["DAPR_GRPC_ENDPOINT"] = Address(app.GrpcPort),
    };

    private static string Address(int port) => $"http://127.0.0.1:{Text(port)}";

    /// <summary>The machine's name, of characters that an actor id may have.</summary>
    private static string NodePrefix() => new([.. Environment.MachineName.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);

    /// <summary>Sidecar and apps know each other by it; nobody else needs it.</summary>
    private static string Secret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private sealed record App(string Id, int AppPort, int HttpPort, int GrpcPort);
}
