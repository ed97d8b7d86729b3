using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Serverless.Sidecar.Tests.Actors;

/// <summary>A call that the app got.</summary>
internal sealed record AppCallSeen(string Method, string Path, string Body, Dictionary<string, string> Headers);

/// <summary>A small app with actors: it notes what it is called with, and answers what the test says.</summary>
internal sealed class ActorApp : IAsyncDisposable
{
    private readonly WebApplication _host;
    private readonly Lock _gate = new();
    private readonly List<(Func<AppCallSeen, bool> Match, TaskCompletionSource<AppCallSeen> Seen)> _waiting = [];

    private ActorApp(WebApplication host) => _host = host;

    /// <summary>What <c>GET /dapr/config</c> says.</summary>
    public string Config { get; set; } = """{"entities":["Counter"],"actorIdleTimeout":"1h","actorScanInterval":"30s"}""";

    /// <summary>What a call under /actors answers; a result of null is status 200 without a body.</summary>
    public Func<HttpContext, AppCallSeen, Task> Handler { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>The calls so far, settings and health aside.</summary>
    public ConcurrentQueue<AppCallSeen> Calls { get; } = new();

    public int Port { get; private set; }

    public static async Task<ActorApp> StartAsync(int port = 0, string? config = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = new ActorApp(builder.Build());
        app.Config = config ?? app.Config;
        app._host.Run(app.AnswerAsync);
        await app._host.StartAsync();
        var address = app._host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        app.Port = new Uri(address).Port;
        return app;
    }

    /// <summary>The next call that matches, or one that came already.</summary>
    public async Task<AppCallSeen> SeenAsync(Func<AppCallSeen, bool> match, string what)
    {
        TaskCompletionSource<AppCallSeen> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (Calls.FirstOrDefault(match) is { } already)
            {
                return already;
            }

            _waiting.Add((match, seen));
        }

        return await Eventually.In(seen.Task, $"the app was not called: {what}");
    }

    public int Count(string pathEnd) => Calls.Count(call => call.Path.EndsWith(pathEnd, StringComparison.Ordinal));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path == "/dapr/config")
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(Config);
            return;
        }

        if (path == "/healthz")
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var call = new AppCallSeen(context.Request.Method, path + context.Request.QueryString, await reader.ReadToEndAsync(),
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        lock (_gate)
        {
            Calls.Enqueue(call);
            foreach (var (_, seen) in _waiting.Where(entry => entry.Match(call)))
            {
                seen.TrySetResult(call);
            }
        }

        await Handler(context, call);
    }

    public static JsonNode Json(string text) => JsonNode.Parse(text)!;
}
