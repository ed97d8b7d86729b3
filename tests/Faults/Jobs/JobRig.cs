using System.Net.Http.Json;
using Serverless.Client;
using Serverless.Contracts.Api;
using Serverless.Faults.Tests.Processes;
using Serverless.Storage;

namespace Serverless.Faults.Tests.Jobs;

/// <summary>The job service as four supervised processes on fixed ports over one data folder: sidecar, api, two workers without models.</summary>
internal sealed class JobRig : IAsyncDisposable
{
    /// <summary>The names of the processes.</summary>
    public const string SidecarName = "sidecar", ApiName = "api", FirstWorker = "worker-1", SecondWorker = "worker-2";

    private static readonly string App = ServiceProcess.PathOf("tests/Faults.App", "Serverless.Faults.App.dll");
    private static readonly string Program = ServiceProcess.PathOf("services/Cli", "serverless.dll");

    private static readonly string Components = Path.Combine(Path.GetDirectoryName(Program)!, "dapr", "components");

    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FixedPorts.Next();
    private readonly Dictionary<string, (int App, int Http, int Grpc)> _ports;
    private readonly Dictionary<string, Supervisor> _processes;
    private readonly double _rowTime;
    private readonly string? _queue;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private int _jobs;

    private JobRig(double rowTime, string? queue, IReadOnlyDictionary<string, string>? settings)
    {
        (_rowTime, _queue, _settings) = (rowTime, queue, settings ?? new Dictionary<string, string>());
        _ports = new[] { ApiName, FirstWorker, SecondWorker }.ToDictionary(name => name, _ => (FixedPorts.Next(), FixedPorts.Next(), FixedPorts.Next()));
        _processes = new()
        {
            [SidecarName] = new(SidecarName, (_, failpoint) => ServiceProcess.Start(Program, Environment(failpoint), SidecarArguments())),
            [ApiName] = new(ApiName, (_, failpoint) => StartApp(ApiName, failpoint, "api", _folder["data"], $"{_port}", $"{_ports[ApiName].App}")),
            [FirstWorker] = new(FirstWorker, (_, failpoint) => StartWorker(FirstWorker, failpoint)),
            [SecondWorker] = new(SecondWorker, (_, failpoint) => StartWorker(SecondWorker, failpoint)),
        };
        Client = new JobsClient(new JobsClientOptions { BaseAddress = new Uri($"http://127.0.0.1:{_port}"), PollInterval = TimeSpan.FromMilliseconds(50) });
    }

    public JobsClient Client { get; }

    /// <summary>A process by its name.</summary>
    public Supervisor this[string name] => _processes[name];

    /// <summary>The names of all processes.</summary>
    public IReadOnlyCollection<string> Names => _processes.Keys;

    /// <summary>What the processes wrote last, for messages.</summary>
    public string Text => string.Join('\n', _processes.Values.Select(process => process.Text));

    /// <summary>Starts all processes.</summary>
    /// <param name="rowTime">Milliseconds that a worker takes for a row of a shard.</param>
    /// <param name="queue">The queue's components, as YAML. Default: no queue.</param>
    /// <param name="settings">What all processes find in their environment besides. Default: nothing.</param>
    public static async Task<JobRig> StartAsync(double rowTime, string? queue = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        var rig = new JobRig(rowTime, queue, settings);
        try
        {
            await Task.WhenAll(rig._processes.Values.Select(process => process.StartAsync()));
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>The placement groups of all replicas.</summary>
    public async Task<IReadOnlyList<PlacementGroupResource>> GetGroupsAsync()
    {
        using var http = new HttpClient();
        return (await http.GetFromJsonAsync<PlacementGroupList>($"http://127.0.0.1:{_port}/api/v1/placement-groups"))!.Groups;
    }

    /// <summary>A folder for a job.</summary>
    public string NewFolder() => Directory.CreateDirectory(_folder[$"job-{Interlocked.Increment(ref _jobs)}"]).FullName;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        foreach (var process in _processes.Values.Reverse())
        {
            await process.DisposeAsync();
        }

        _folder.Dispose();
    }

    private ServiceProcess StartWorker(string name, string? failpoint) => StartApp(name, failpoint, "worker", _folder[name], name, $"{_ports[name].App}");

    private ServiceProcess StartApp(string name, string? failpoint, params string[] arguments)
    {
        var environment = Environment(failpoint);
        environment["DAPR_HTTP_ENDPOINT"] = $"http://127.0.0.1:{_ports[name].Http}";
        environment["DAPR_GRPC_ENDPOINT"] = $"http://127.0.0.1:{_ports[name].Grpc}";
        return ServiceProcess.Start(App, environment, arguments);
    }

    private Dictionary<string, string> Environment(string? failpoint) => new(_settings)
    {
        [Failpoints.Variable] = failpoint ?? "",
        ["FAULTS_ROW_TIME"] = $"{_rowTime}",
    };

    private IEnumerable<string> SidecarArguments() =>
    [
        "sidecar", "--state", _folder["state.db"], "--max-body-size", "16Mi", "--output", "json", .. ComponentFiles().SelectMany(file => new[] { "--components-path", file }),
        .. _ports.SelectMany(app => new[] { "--app-id", app.Key, "--app-port", $"{app.Value.App}", "--dapr-http-port", $"{app.Value.Http}", "--dapr-grpc-port", $"{app.Value.Grpc}" }),
    ];

    private string[] ComponentFiles()
    {
        string[] files = [Path.Combine(Components, "secrets.yaml"), Path.Combine(Components, "embedded", "job-events.yaml")];
        if (_queue is null)
        {
            return files;
        }

        File.WriteAllText(_folder["queue.yaml"], _queue);
        return [.. files, _folder["queue.yaml"]];
    }
}
