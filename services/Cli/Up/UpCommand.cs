using System.CommandLine;
using System.Net;
using System.Text.Json;
using Serverless.Api.Configuration;
using Serverless.Cli.Services;

namespace Serverless.Cli.Up;

/// <summary><c>serverless up</c>: api, workers and sidecar as processes on this machine.</summary>
internal static class UpCommand
{
    private const int DefaultPort = 8080;

    public static Command Create()
    {
        var workers = new Option<int>("--workers") { Description = "Worker processes. Default: 1", DefaultValueFactory = _ => 1, HelpName = "n" };
        workers.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 64)
            {
                result.AddError("--workers: expected 1 to 64.");
            }
        });
        var port = new Option<int>("--port") { Description = $"The port of the HTTP API. Default: {DefaultPort}", DefaultValueFactory = _ => DefaultPort, HelpName = "port" };
        var listen = new Option<string>("--listen-address") { Description = "Where the HTTP API listens; any but loopback needs API keys (serverless keys create)", DefaultValueFactory = _ => "127.0.0.1", HelpName = "ip" };
        var data = new Option<string>("--data") { Description = "The folder of everything that is kept: state, jobs, logs. Default: serverless-data", DefaultValueFactory = _ => "serverless-data", HelpName = "folder" };
        var components = new Option<string[]>("--components-path") { Description = "A YAML file or a folder of Dapr components beside the product's own, or in place of one of the same name. Repeat it for more", HelpName = "path" };
        var device = DeviceOption.Create();
        var config = ServiceHosting.Config();
        var apps = OwnApps.Create();
        var format = OutputOption.Create();
        var command = new Command("up", "Runs the job service on this machine: HTTP API, workers and sidecar, each a process that is started again when it ends") { workers, device, port, listen, data, components, config, apps, format };
        command.SetAction((parsed, cancellation) => RunAsync(
            () => new UpOptions(
                parsed.GetValue(workers), parsed.GetValue(port), parsed.GetValue(listen)!, Path.GetFullPath(parsed.GetValue(data)!), parsed.GetValue(components) ?? [],
                OwnApps.Parse(parsed.GetValue(apps) ?? []),
                WorkerDevices.Divide(DeviceOption.Read(parsed.GetValue(device)), parsed.GetValue(workers)),
                parsed.GetValue(config) is { Length: > 0 } file ? Path.GetFullPath(file) : null),
            parsed.GetValue(format),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Func<UpOptions> read, OutputFormat format, CancellationToken cancellation)
    {
        try
        {
            var options = Check(read());

            // Here, where somebody looks: the process that needs it would end again and again.
            ServiceConfig.Read(options.Config);
            Directory.CreateDirectory(options.DataFolder);
            using var owner = Own(options.DataFolder);
            var (sidecar, apps, workers) = UpPlan.Make(options, new FreePorts());
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var running = new Supervisor(options.LogFolder, Console.Error, TimeProvider.System).RunAsync(sidecar, apps, ended.Token);
            await ReportWhenReadyAsync(options, workers, format, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await running;
            return ExitCode.Ok;
        }
        catch (FormatException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return ExitCode.Usage;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return ExitCode.Failed;
        }
    }

    private static UpOptions Check(UpOptions options) =>
        !IPAddress.TryParse(options.ListenAddress, out _) ? throw new FormatException($"--listen-address: expected an IP address, found \"{options.ListenAddress}\".")
        : options.ComponentPaths.FirstOrDefault(path => !File.Exists(path) && !Directory.Exists(path)) is { } missing ? throw new FormatException($"--components-path: there is no file or folder {missing}.")
        : options;

    /// <summary>Two installations in one folder would work on one another's state.</summary>
    private static FileStream Own(string folder)
    {
        var file = Path.Combine(folder, "up.lock");
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (File.Exists(file))
        {
            throw new IOException($"{folder} is in use by another \"serverless up\"; stop it, or give this one another folder with --data.", error);
        }
    }

    private static async Task ReportWhenReadyAsync(UpOptions options, IReadOnlyList<string> workers, OutputFormat format, CancellationToken cancellation)
    {
        var url = $"http://{(options.ListenAddress == "0.0.0.0" ? "127.0.0.1" : options.ListenAddress)}:{options.Port}";
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        while (!await IsReadyAsync(http, url, cancellation))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation);
        }

        var metrics = workers.Prepend(url).Select(address => $"{address}/metrics").ToArray();
        await Console.Out.WriteLineAsync(format is OutputFormat.Json
            ? JsonSerializer.Serialize(new { url, data = options.DataFolder, workers = options.Workers, pid = Environment.ProcessId, metrics }, JsonOutput.Compact)
            : $"""
              Ready: {url} with {options.Workers} worker{(options.Workers == 1 ? "" : "s")}
              Data in {options.DataFolder}, logs in {options.LogFolder}
              Metrics: {string.Join(" ", metrics)}

              curl -X POST {url}/api/v1/jobs -H 'content-type: application/yaml' --data-binary @samples/haiku.yaml
              serverless submit samples/haiku.yaml --wait
              """);
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, string url, CancellationToken cancellation)
    {
        try
        {
            using var answer = await http.GetAsync($"{url}/healthz/ready", cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }
}
