using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Dapr.Sidecar;

namespace Serverless.Cli.Sidecars;

/// <summary>
/// The apps on a command line: each <c>--app-id</c> begins an app, and the ports that follow, up to the next one, are its own.
/// </summary>
internal static class AppArguments
{
    private const int DefaultHttpPort = 3500, DefaultGrpcPort = 50001;

    public static Option<string[]> AppId { get; } = new("--app-id")
    {
        Description = "An app that the sidecar serves; repeat it, with the ports after it, for more apps",
        HelpName = "id",
        Required = true,
    };

    public static Option<string[]> AppPort { get; } = Port("--app-port", "The port on which the app listens for the sidecar. Default: none, the app is never called");

    public static Option<string[]> HttpPort { get; } = Port("--dapr-http-port", "The app's port of Dapr's HTTP API. Default: 3500 for the first app, a free port for others");

    public static Option<string[]> GrpcPort { get; } = Port("--dapr-grpc-port", "The app's port of Dapr's gRPC API. Default: 50001 for the first app, a free port for others");

    /// <summary>The apps in their order.</summary>
    /// <exception cref="FormatException">A port is no port, or stands before any app.</exception>
    public static IReadOnlyList<SidecarAppOptions> Read(ParseResult parsed)
    {
        var apps = new List<Draft>();
        string? option = null;
        foreach (var token in parsed.Tokens)
        {
            if (token.Type is TokenType.Option)
            {
                option = token.Value;
            }
            else if (token.Type is TokenType.Argument)
            {
                Add(apps, option, token.Value);
                option = null;
            }
        }

        return [.. apps.Select((app, index) => new SidecarAppOptions
        {
            AppId = app.Id,
            AppPort = app.AppPort,
            HttpPort = app.HttpPort ?? (index == 0 ? DefaultHttpPort : 0),
            GrpcPort = app.GrpcPort ?? (index == 0 ? DefaultGrpcPort : 0),
        })];
    }

    private static void Add(List<Draft> apps, string? option, string value)
    {
        if (option == AppId.Name)
        {
            apps.Add(new Draft(value));
        }
        else if (option == AppPort.Name)
        {
            Last(apps, option).AppPort = ParsePort(option, value, lowest: 1);
        }
        else if (option == HttpPort.Name)
        {
            Last(apps, option).HttpPort = ParsePort(option, value, lowest: 0);
        }
        else if (option == GrpcPort.Name)
        {
            Last(apps, option).GrpcPort = ParsePort(option, value, lowest: 0);
        }
    }

    private static Draft Last(List<Draft> apps, string option) =>
        apps.Count > 0 ? apps[^1] : throw new FormatException($"{option} stands before the first --app-id; an app's ports follow its id.");

    private static int ParsePort(string option, string value, int lowest) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port >= lowest && port <= 65535
            ? port
            : throw new FormatException($"{option}: expected a port, {lowest} to 65535{(lowest == 0 ? " (0: a free one)" : "")}, found \"{value}\".");

    private static Option<string[]> Port(string name, string description) => new(name) { Description = description, HelpName = "port" };

    private sealed class Draft(string id)
    {
        public string Id => id;

        public int? AppPort { get; set; }

        public int? HttpPort { get; set; }

        public int? GrpcPort { get; set; }
    }
}
