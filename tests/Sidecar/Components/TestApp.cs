using System.Collections.Concurrent;
using Dapr.Sidecar;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Serverless.Sidecar.Tests.Components;

/// <summary>An app beside the sidecar that notes its calls; handlers answer by path, 404 where there is none.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, Func<AppRequest, Task<IResult>>> _handlers = new();
    private readonly ConcurrentQueue<AppRequest> _requests = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private WebApplication? _host;

    public int Port { get; private set; }

    /// <summary>All POST calls so far.</summary>
    public IReadOnlyList<AppRequest> Requests => [.. _requests];

    public SidecarAppOptions As(string appId) => new() { AppId = appId, AppPort = Port };

    public TestApp On(string path, Func<AppRequest, IResult> handler) => On(path, request => Task.FromResult(handler(request)));

    public TestApp On(string path, Func<AppRequest, Task<IResult>> handler)
    {
        _handlers[path] = handler;
        return this;
    }

    /// <summary>Listens: on a port that the system chooses, or again on the one it had.</summary>
    public async Task<TestApp> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{Port}");
        _host = builder.Build();
        _host.Run(AnswerAsync);
        await _host.StartAsync();
        Port = new Uri(_host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        return this;
    }

    /// <summary>Closes the port.</summary>
    public async Task StopAsync()
    {
        if (_host is not null)
        {
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await _host.StopAsync(now.Token);
            await _host.DisposeAsync();
            _host = null;
        }
    }

    /// <summary>Waits until so many POST calls came in that a condition holds for.</summary>
    public async Task<IReadOnlyList<AppRequest>> WaitAsync(int count, Func<AppRequest, bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var found = Requests.Where(condition).ToArray();
            if (found.Length >= count)
            {
                return found;
            }

            try
            {
                await _arrived.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException error)
            {
                throw new TimeoutException($"{what}: {found.Length} of {count} calls came; all calls: {string.Join(", ", Requests.Select(request => request.Path))}", error);
            }
        }
    }

    public Task<IReadOnlyList<AppRequest>> WaitAsync(int count, string path) => WaitAsync(count, request => request.Path == path, path);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _arrived.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var request = new AppRequest(http.Request.Method, http.Request.Path.Value!, await reader.ReadToEndAsync(), http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        if (!_handlers.TryGetValue(request.Path, out var handler))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (request.Method == "OPTIONS")
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (request.Method == "POST")
        {
            _requests.Enqueue(request);
            _arrived.Release();
        }

        http.RequestServices ??= EmptyServices.Instance;
        await (await handler(request)).ExecuteAsync(http);
    }

    private static class EmptyServices
    {
        public static readonly IServiceProvider Instance = new ServiceCollection().AddLogging().BuildServiceProvider();
    }
}

/// <summary>A call that an app got.</summary>
internal sealed record AppRequest(string Method, string Path, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public System.Text.Json.Nodes.JsonNode Json => System.Text.Json.Nodes.JsonNode.Parse(Body)!;
}
