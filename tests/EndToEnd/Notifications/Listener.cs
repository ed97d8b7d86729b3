using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Serverless.EndToEnd.Tests.Notifications;

/// <summary>Somebody who is told of jobs: an app that subscribes to topics of <c>job-events</c>, and a receiver of webhooks; on a free port of the loopback.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Listener(WebApplication app) => _app = app;

    public int Port => new Uri(_app.Urls.Single()).Port;

    /// <summary>Where webhooks go.</summary>
    public string Webhook => $"http://127.0.0.1:{Port}/hook";

    /// <summary>What it answers to webhooks. Default: 204.</summary>
    public int HookStatus { get; set; } = StatusCodes.Status204NoContent;

    /// <summary>CloudEvents that came, by topic.</summary>
    public ConcurrentQueue<(string Topic, JsonNode Event)> Events { get; } = [];

    /// <summary>Webhooks that came, refused ones too.</summary>
    public ConcurrentQueue<(IReadOnlyDictionary<string, string> Headers, byte[] Body)> Hooks { get; } = [];

    public static async Task<Listener> StartAsync(params string[] topics)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var listener = new Listener(builder.Build());
        listener._app.MapGet("/dapr/subscribe", () => topics.Select(topic => new { pubsubname = "job-events", topic, route = $"/events/{topic}" }));
        listener._app.MapPost("/events/{topic}", async (string topic, HttpRequest request) =>
            listener.Events.Enqueue((topic, (await JsonNode.ParseAsync(request.Body))!)));
        listener._app.MapPost("/hook", async (HttpRequest request) =>
        {
            var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            listener.Hooks.Enqueue((request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()), body.ToArray()));
            return Results.StatusCode(listener.HookStatus);
        });
        await listener._app.StartAsync();
        return listener;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
