using System.Text.Json;
using Serverless.Client;
using Serverless.Contracts.Api;

namespace Serverless.EndToEnd.Tests;

/// <summary>One running service for all tests of it, with API keys of several tenants: each test has jobs and folders of its own.</summary>
public sealed class ServiceFixture : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _keys = [];
    private readonly TraceCollector _traces = new();
    private ServiceProcess? _service;
    private int _jobs;

    public Uri Address => _service!.Address;

    /// <summary>The client of the tenant whose jobs most tests submit.</summary>
    public JobsClient Client { get; private set; } = null!;

    /// <summary>The spans that its processes have sent so far.</summary>
    internal IReadOnlyList<CollectedSpan> Spans => _traces.Spans;

    /// <summary>Where its processes say what they measure: the API first, then the workers.</summary>
    internal IReadOnlyList<Uri> Metrics => _service!.Metrics;

    /// <summary>What the service's processes logged, for messages.</summary>
    internal string Logs => $"{_service?.Process.Errors}\n{ServiceProcess.Logs(_folder["data"])}";

    public async ValueTask InitializeAsync()
    {
        foreach (var (name, tenant, scopes) in new[] { ("main", "default", "read write"), ("reader", "default", "read"), ("writer", "default", "write"), ("other", "other", "read write"), ("lists", "lists", "read write"),
                     ("small", "small", "read write"), ("slow", "slow", "read") })
        {
            string[] arguments = ["keys", "create", name, "--data", _folder["data"], "--tenant", tenant, "--output", "json", .. scopes.Split(' ').SelectMany(scope => new[] { "--scope", scope })];
            var created = CliProcess.Run(_folder.Path, arguments);
            created.ExitCode.ShouldBe(0, created.Errors);
            using var key = JsonDocument.Parse(created.Output);
            _keys[name] = key.RootElement.GetProperty("key").GetString()!;
        }

        _service = await ServiceProcess.StartAsync(_folder["data"], workers: 2, _traces.Environment, "--config", await WriteConfigAsync());
        Client = ClientOf("main");
    }

    public ValueTask DisposeAsync()
    {
        Client?.Dispose();
        _service?.Dispose();
        _traces.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// A key's text: <c>main</c>, <c>reader</c> and <c>writer</c> of one tenant, <c>other</c> and <c>lists</c> of two more without limits, <c>small</c> of one with
    /// quotas, <c>slow</c> of one with few requests.
    /// </summary>
    internal string Key(string name) => _keys[name];

    /// <summary>A client with one of the keys.</summary>
    internal JobsClient ClientOf(string key) => new(new JobsClientOptions { BaseAddress = Address, ApiKey = Key(key), PollInterval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromMinutes(1) });

    /// <summary>Plain HTTP with one of the keys.</summary>
    internal HttpClient Http(string? key = "main")
    {
        var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(1) };
        if (key is not null)
        {
            http.DefaultRequestHeaders.Add("Authorization", $"Bearer {Key(key)}");
        }

        return http;
    }

    /// <summary>The folder that the tenant <c>small</c> may use, besides that of the sample model.</summary>
    internal string SmallFolder => Directory.CreateDirectory(_folder["small"]).FullName;

    private async Task<string> WriteConfigAsync()
    {
        await File.WriteAllTextAsync(_folder["service.yaml"], $"""
            tenants:
              small: {"{"}max_jobs: 1, max_rows: 40, allowed_roots: ["{SmallFolder}", "{Path.GetDirectoryName(SampleModel.HaikuTiny)}"]{"}"}
            rate_limits:
              slow: {"{"}requests_per_second: 0.05, burst: 3{"}"}
            node_pools:
              - {"{"}name: laptops, accelerators: 1, resources: {"{"}cpu: 64, memory: 1.0e12{"}"}{"}"}
            model_folders: ["{Path.GetDirectoryName(SampleModel.HaikuTiny)}"]
            """);
        return _folder["service.yaml"];
    }

    /// <summary>Runs a command of the CLI against the service.</summary>
    internal CliResult Cli(params string[] arguments) => CliProcess.Run(
        _folder.Path, new Dictionary<string, string> { ["SERVERLESS_SERVER"] = Address.ToString(), ["SERVERLESS_API_KEY"] = Key("main") }, arguments);

    /// <summary>A folder of a test's own, that lives as long as the service.</summary>
    internal string NewFolder() => Directory.CreateDirectory(_folder[$"test-{Interlocked.Increment(ref _jobs)}"]).FullName;

    /// <summary>Waits for a job's end.</summary>
    internal async Task<JobResource> EndAsync(string id, JobsClient? client = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            return await (client ?? Client).WaitAsync(id, patience.Token);
        }
        catch (OperationCanceledException error)
        {
            throw new TimeoutException($"Job {id} did not end.\n{Logs}", error);
        }
    }
}

/// <summary>The tests that share the service.</summary>
[CollectionDefinition(Name)]
public sealed class ServiceCollection : ICollectionFixture<ServiceFixture>
{
    public const string Name = "service";
}
