using System.CommandLine;
using Serverless.Cli.Up;
using Serverless.Processing;
using Serverless.Workers;

namespace Serverless.Cli.Services;

/// <summary><c>serverless worker</c>: a node with its engines, beside a sidecar that the environment names.</summary>
internal static class WorkerCommand
{
    public static Command Create()
    {
        var node = new Option<string>("--node-id") { Description = "The node's name, its own among all workers. Default: the machine's name", DefaultValueFactory = _ => Environment.MachineName, HelpName = "id" };
        var labels = new Option<string?>("--labels") { Description = "Labels that jobs may ask for, as zone=a,disk=ssd", HelpName = "labels" };
        var appPort = ServiceHosting.AppPort();
        var data = new Option<string?>("--data") { Description = "A folder of the worker's own that outlives it. Default: none", HelpName = "folder" };
        var keys = new Option<string?>("--keys") { Description = "A file of API keys, one of which /metrics asks for. Default: none", HelpName = "file" };
        var device = DeviceOption.Create();
        var supervised = ServiceHosting.Supervised();
        var command = new Command("worker", "Runs a worker (DAPR_HTTP_ENDPOINT names its sidecar)") { node, labels, device, appPort, data, keys, supervised };
        command.SetAction((parsed, cancellation) =>
        {
            var ends = ParentWatch.Watch(parsed.GetValue(supervised), cancellation);
            return ServiceHosting.RunAsync(
                "serverless-worker",
                telemetry =>
                {
                    var devices = DeviceOption.Read(parsed.GetValue(device));
                    return WorkerHost.RunAsync(
                        new WorkerOptions
                        {
                            NodeId = parsed.GetValue(node)!,
                            AppPort = parsed.GetValue(appPort),
                            DataFolder = parsed.GetValue(data),
                            Cards = devices.Cards,
                            DeviceWithoutCards = devices.WithoutCards,
                            Labels = WorkerOptions.ParseLabels(parsed.GetValue(labels) ?? ""),
                            LoadEngine = LocalEngine.LoggingTo(telemetry.Loggers),
                        },
                        telemetry.Loggers,
                        app => WorkerMetrics.Map(app, telemetry.Meters!, parsed.GetValue(keys)),
                        ends);
                },
                ends);
        });
        return command;
    }
}
