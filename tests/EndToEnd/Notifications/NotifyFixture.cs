using System.Security.Cryptography;
using Serverless.Client;
using Serverless.Contracts.Api;

namespace Serverless.EndToEnd.Tests.Notifications;

/// <summary><c>serverless up</c> with webhooks on, and an app beside it that subscribes.</summary>
public sealed class NotifyFixture : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ServiceProcess? _service;
    private int _folders;

    /// <summary>Secrets that sign: the new one and the one that it replaces.</summary>
    public IReadOnlyList<byte[]> Secrets { get; } = [RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(24)];

    internal Listener Listener { get; private set; } = null!;

    internal ServiceProcess Service => _service!;

    public JobsClient Client { get; private set; } = null!;

    public string Logs => $"{_service?.Process.Errors}\n{ServiceProcess.Logs(_folder["data"])}";

    public async ValueTask InitializeAsync()
    {
        Listener = await Listener.StartAsync("job-events", "my-topic");
        var environment = new Dictionary<string, string>
        {
            ["SERVERLESS_WEBHOOK_SECRET"] = string.Join(' ', Secrets.Select(secret => $"whsec_{Convert.ToBase64String(secret)}")),
            ["SERVERLESS_WEBHOOK_TRUSTED_HOSTS"] = $"127.0.0.1:{Listener.Port}",
        };
        _service = await ServiceProcess.StartAsync(_folder["data"], workers: 1, environment, "--app", $"listener={Listener.Port}");
        Client = new JobsClient(new JobsClientOptions { BaseAddress = _service.Address, PollInterval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromMinutes(1) });
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        _service?.Dispose();
        await Listener.DisposeAsync();
        _folder.Dispose();
    }

    public string NewFolder() => Directory.CreateDirectory(_folder[$"test-{Interlocked.Increment(ref _folders)}"]).FullName;

    public async Task<JobResource> EndAsync(string id)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        return await Client.WaitAsync(id, patience.Token);
    }
}
