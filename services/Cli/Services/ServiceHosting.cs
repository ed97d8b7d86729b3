using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using Serverless.Cli.Up;
using Serverless.Telemetry;

namespace Serverless.Cli.Services;

/// <summary>What the commands that run a service have in common.</summary>
internal static class ServiceHosting
{
    public static Option<int> AppPort() => new("--app-port") { Description = "The port on which the sidecar calls this process (loopback)", DefaultValueFactory = _ => 8081, HelpName = "port" };

    public static Option<string> Data() => new("--data") { Description = "The folder of everything that is kept. Default: serverless-data", DefaultValueFactory = _ => "serverless-data", HelpName = "folder" };

    public static Option<string?> Config() => new("--config") { Description = "The service's configuration, YAML: tenants, rate limits, node pools. Default: SERVERLESS_CONFIG, else none", HelpName = "file" };

    public static Option<bool> Supervised() => new(ParentWatch.Option) { Description = "End when standard input ends", Hidden = true };

    /// <summary>Runs an app until it is cancelled.</summary>
    public static Task<int> RunAsync(string service, Func<TelemetrySession, WebApplication> build, CancellationToken cancellation) => RunAsync(
        service,
        async telemetry =>
        {
            await using var app = build(telemetry);
            await app.StartAsync(cancellation);
            await app.WaitForShutdownAsync(cancellation);
            return ExitCode.Ok;
        },
        cancellation);

    /// <summary>Runs a service and says its errors in words.</summary>
    public static async Task<int> RunAsync(string service, Func<TelemetrySession, Task<int>> run, CancellationToken cancellation)
    {
        try
        {
            using var telemetry = TelemetrySession.Start(TelemetryOptions.FromEnvironment(service), meters => meters.AddPrometheusExporter());
            return await run(telemetry);
        }
        catch (FormatException error)
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
}
