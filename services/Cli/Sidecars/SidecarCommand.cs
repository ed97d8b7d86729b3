using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Dapr.Sidecar;
using Serverless.Cli.Up;
using Serverless.Storage;
using Serverless.Telemetry;

namespace Serverless.Cli.Sidecars;

/// <summary><c>serverless sidecar</c>: the embedded Dapr sidecar alone, for apps in any language.</summary>
internal static class SidecarCommand
{
    private static readonly Option<string?> State = new("--state") { Description = "The SQLite file that holds everything. Default: in memory, nothing outlives the process", HelpName = "file" };
    private static readonly Option<string[]> Components = new("--components-path") { Description = "A YAML file or a folder of them: components, Configuration, Resiliency, Subscription. Repeat it for more", HelpName = "path" };
    private static readonly Option<bool> NoFsync = new("--no-fsync") { Description = "Do not wait for the disk: faster, and a power cut may take the last writes" };
    private static readonly Option<int> MaxBodySize = new("--max-body-size") { Description = "The largest request, and the largest work item of a workflow, for instance 64Mi", HelpName = "size", DefaultValueFactory = _ => 4 << 20, CustomParser = ParseSize };
    private static readonly Option<IPAddress> Listen = new("--listen-address") { Description = "The address to listen on; any but loopback needs DAPR_API_TOKEN", HelpName = "ip", DefaultValueFactory = _ => IPAddress.Loopback, CustomParser = ParseAddress };

    private static readonly Option<bool> Supervised = new(ParentWatch.Option) { Description = "End when standard input ends", Hidden = true };

    public static Command Create()
    {
        var format = OutputOption.Create();
        var command = new Command("sidecar", "Runs a Dapr sidecar (state, actors, workflows, pub/sub, bindings, secrets) for apps on this machine")
        {
            AppArguments.AppId, AppArguments.AppPort, AppArguments.HttpPort, AppArguments.GrpcPort, State, Components, MaxBodySize, NoFsync, Listen, Supervised, format,
        };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, parsed.GetValue(format), ParentWatch.Watch(parsed.GetValue(Supervised), cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, OutputFormat format, CancellationToken cancellation)
    {
        try
        {
            using var telemetry = TelemetrySession.Start(TelemetryOptions.FromEnvironment("serverless"));
            var options = Options(parsed);
            await using var sidecar = await EmbeddedSidecar.StartAsync(options, telemetry.Loggers, cancellation);
            await SidecarReport.WriteAsync(sidecar, options, format);
            await sidecar.Completion.WaitAsync(cancellation);
            return ExitCode.Ok;
        }
        catch (Exception error) when (error is FormatException or ArgumentException or ComponentException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return ExitCode.Usage;
        }
        catch (IOException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Ok;
        }
    }

    private static SidecarOptions Options(ParseResult parsed)
    {
        var address = parsed.GetValue(Listen)!;
        var token = Variable("DAPR_API_TOKEN");
        if (!IPAddress.IsLoopback(address) && token is null)
        {
            throw new FormatException($"--listen-address {address} lets other machines in: set DAPR_API_TOKEN to a secret that they must show, or listen on loopback.");
        }

        return new SidecarOptions
        {
            Apps = AppArguments.Read(parsed),
            StateFile = parsed.GetValue(State),
            Fsync = !parsed.GetValue(NoFsync),
            ComponentPaths = parsed.GetValue(Components) ?? [],
            ListenAddress = address,
            ApiToken = token,
            AppApiToken = Variable("APP_API_TOKEN"),
            MaxBodySize = parsed.GetValue(MaxBodySize),
            OnPoint = Variable(Failpoints.Variable) is null ? null : Failpoints.Hit,
        };
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static int ParseSize(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        var (digits, unit) = text switch
        {
            _ when text.EndsWith("Ki", StringComparison.Ordinal) => (text[..^2], 1L << 10),
            _ when text.EndsWith("Mi", StringComparison.Ordinal) => (text[..^2], 1L << 20),
            _ when text.EndsWith("Gi", StringComparison.Ordinal) => (text[..^2], 1L << 30),
            _ => (text, 1L),
        };
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count * unit is >= 1024 and <= int.MaxValue)
        {
            return (int)(count * unit);
        }

        result.AddError($"--max-body-size: expected bytes, or a number with Ki, Mi or Gi, from 1Ki to below 2Gi, found \"{text}\".");
        return 0;
    }

    private static IPAddress? ParseAddress(ArgumentResult result)
    {
        if (IPAddress.TryParse(result.Tokens[^1].Value, out var address))
        {
            return address;
        }

        result.AddError($"--listen-address: expected an IP address, found \"{result.Tokens[^1].Value}\".");
        return null;
    }
}
