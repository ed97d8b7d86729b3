using Dapr.Actors.Client;
using Dapr.Actors.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Serverless.ActorsSdk.Tests.Wire;

/// <summary>An app with actors, and its fake sidecar.</summary>
internal sealed class ActorApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ActorApp(WebApplication app, FakeSidecar sidecar, RecordedLog log)
    {
        _app = app;
        Sidecar = sidecar;
        Log = log;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public FakeSidecar Sidecar { get; }

    public RecordedLog Log { get; }

    /// <summary>Calls the app itself, as a sidecar does.</summary>
    public HttpClient Http { get; }

    /// <summary>Calls through the fake sidecar.</summary>
    public IActorProxyFactory Proxies => _app.Services.GetRequiredService<IActorProxyFactory>();

    public static async Task<ActorApp> StartAsync(
        Action<ActorRuntimeOptions> configure, Action<IServiceCollection>? services = null, params (string Key, string Value)[] configuration)
    {
        var sidecar = await FakeSidecar.StartAsync();
        var log = new RecordedLog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(configuration.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        builder.Services.AddActors(options =>
        {
            options.UseJsonSerialization = true;
            options.HttpEndpoint = sidecar.Endpoint;
            configure(options);
        });
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapActorsHandlers();
        await app.StartAsync();
        sidecar.AppEndpoint = app.Urls.First();
        return new ActorApp(app, sidecar, log);
    }

    /// <summary>A call by name, sent to the app itself.</summary>
    public Task<HttpResponseMessage> PutAsync(string path, string? json = null) =>
        Http.PutAsync(new Uri(path, UriKind.Relative), json is null ? null : new StringContent(json));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        await Sidecar.DisposeAsync();
    }
}
