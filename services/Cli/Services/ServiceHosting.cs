using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Serverless.Cli.Up;

namespace Serverless.Cli.Services;

/// <summary>What the commands that run a service have in common.</summary>
internal static class ServiceHosting
{
    public static Option<int> AppPort() => new("--app-port") { Description = "The port on which the sidecar calls this process (loopback)", DefaultValueFactory = _ => 8081, HelpName = "port" };

    public static Option<string> Data() => new("--data") { Description = "The folder of everything that is kept. Default: serverless-data", DefaultValueFactory = _ => "serverless-data", HelpName = "folder" };

    public static Option<bool> Supervised() => new(ParentWatch.Option) { Description = "End when standard input ends", Hidden = true };

    /// <summary>Runs an app until it is cancelled.</summary>
    public static async Task<int> RunAsync(Func<WebApplication> build, CancellationToken cancellation)
    {
        try
        {
            await using var app = build();
            await app.StartAsync(cancellation);
            await app.WaitForShutdownAsync(cancellation);
            return ExitCode.Ok;
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
