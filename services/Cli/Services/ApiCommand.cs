using System.CommandLine;
using System.Net;
using Serverless.Api;
using Serverless.Api.Configuration;
using Serverless.Api.Hosting;
using Serverless.Cli.Up;

namespace Serverless.Cli.Services;

/// <summary><c>serverless api</c>: the HTTP API with its workflows and control actors, beside a sidecar that the environment names.</summary>
internal static class ApiCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "The port of the HTTP API", DefaultValueFactory = _ => 8080, HelpName = "port" };
        var listen = new Option<string>("--listen-address") { Description = "Where it listens; any but loopback needs API keys (serverless keys create)", DefaultValueFactory = _ => "127.0.0.1", HelpName = "ip" };
        var appPort = ServiceHosting.AppPort();
        var data = ServiceHosting.Data();
        var config = ServiceHosting.Config();
        var supervised = ServiceHosting.Supervised();
        var command = new Command("api", "Runs the HTTP API (DAPR_HTTP_ENDPOINT and DAPR_GRPC_ENDPOINT name its sidecar)") { port, listen, appPort, data, config, supervised };
        command.SetAction((parsed, cancellation) => ServiceHosting.RunAsync(
            "serverless-api",
            telemetry =>
            {
                var address = IPAddress.TryParse(parsed.GetValue(listen), out var ip) ? ip : throw new FormatException($"--listen-address: expected an IP address, found \"{parsed.GetValue(listen)}\".");
                var options = ApiOptions.Over(parsed.GetValue(data)!, parsed.GetValue(port), parsed.GetValue(appPort), address, ServiceConfig.Read(parsed.GetValue(config)));
                return ApiHost.Build(options, loggers: telemetry.Loggers, meters: telemetry.Meters);
            },
            ParentWatch.Watch(parsed.GetValue(supervised), cancellation)));
        return command;
    }
}
