using Azure.Storage.Blobs;
using Serverless.Client;
using Serverless.Contracts.Api;
using Serverless.Contracts.Status;
using Serverless.Tests.Servers;

namespace Serverless.EndToEnd.Tests.Queue;

/// <summary><c>serverless up</c> beside a real broker, told of it by a component file.</summary>
public sealed class QueueFixture<TBroker> : IQueueFixture, IAsyncLifetime
    where TBroker : IBroker, new()
{
    private readonly TemporaryFolder _folder = new();
    private readonly AzuriteBlobs _blobs = new();
    private readonly TBroker _broker = new();
    private ServiceProcess? _service;
    private int _folders;

    public IBroker Broker => _broker;

    public JobsClient Client { get; private set; } = null!;

    public BlobContainerClient Container => new BlobServiceClient(_blobs.ConnectionString).GetBlobContainerClient("documents");

    public string Logs => $"{_service?.Process.Errors}\n{ServiceProcess.Logs(_folder["data"])}";

    public async ValueTask InitializeAsync()
    {
        await _broker.InitializeAsync();
        await _blobs.InitializeAsync();
        await Container.CreateAsync();
        var components = _folder.Write("queue.yaml", _broker.Components);
        _service = await ServiceProcess.StartAsync(
            _folder["data"], workers: 1, new Dictionary<string, string>(_broker.Environment) { ["AZURE_STORAGE_CONNECTION_STRING"] = _blobs.ConnectionString }, "--components-path", components);
        Client = new JobsClient(new JobsClientOptions { BaseAddress = _service.Address, PollInterval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromMinutes(1) });
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        _service?.Dispose();
        await _blobs.DisposeAsync();
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    public string NewFolder() => Directory.CreateDirectory(_folder[$"test-{Interlocked.Increment(ref _folders)}"]).FullName;

    public async Task<JobResource> EndAsync(string id)
    {
        var job = await Eventually.GetAsync(
            async () => await TryGetAsync(id) is { } there && JobTransitions.IsFinal(there.Status) ? there : null, () => $"the job {id} comes by the queue and ends.\n{Logs}");
        job.Status.ShouldBe(JobStatus.Completed, $"{job.Error}\n{Logs}");
        return job;
    }

    private async Task<JobResource?> TryGetAsync(string id)
    {
        try
        {
            return await Client.GetAsync(id);
        }
        catch (JobsException error) when (error.Status is System.Net.HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}

/// <summary>What tests of a queue need of the service, whichever its broker.</summary>
public interface IQueueFixture
{
    /// <summary>The queues.</summary>
    IBroker Broker { get; }

    /// <summary>The service's HTTP API.</summary>
    JobsClient Client { get; }

    /// <summary>Where documents can lie: <c>az://documents</c>.</summary>
    BlobContainerClient Container { get; }

    /// <summary>What the service's processes logged, for messages.</summary>
    string Logs { get; }

    /// <summary>A folder of a test's own, that lives as long as the service.</summary>
    string NewFolder();

    /// <summary>Waits until a job is there and complete.</summary>
    Task<JobResource> EndAsync(string id);
}
