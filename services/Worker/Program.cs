using Serverless.Processing;
using Serverless.Telemetry;
using Serverless.Workers;

// serverless-worker --node-id <id> --app-port <port> [--data <folder>] [--labels zone=a,disk=ssd]
// The sidecar is where DAPR_HTTP_ENDPOINT says. Ends with 1 if the engine is broken: whoever started it starts it again.
var arguments = new ConfigurationBuilder().AddCommandLine(args).Build();
using var telemetry = TelemetrySession.Start(TelemetryOptions.FromEnvironment("serverless-worker"));
return await WorkerHost.RunAsync(
    new WorkerOptions
    {
        NodeId = Required("node-id"),
        AppPort = int.Parse(Required("app-port")),
        DataFolder = arguments["data"],
        Labels = WorkerOptions.ParseLabels(arguments["labels"] ?? ""),
        LoadEngine = LocalEngine.LoggingTo(telemetry.Loggers),
    },
    telemetry.Loggers);

string Required(string name) => arguments[name] ?? throw new FormatException($"--{name} is missing; expected --node-id <id> --app-port <port>");
