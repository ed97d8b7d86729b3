using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.Documented;

/// <summary>An app without any SDK: the routes that Dapr's documentation tells an app to have; it keeps what the sidecar sends.</summary>
internal sealed class DocumentedApp : IAsyncDisposable
{
    private readonly WebApplication _host;
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly ConcurrentDictionary<string, int> _refusals = new();

    private DocumentedApp(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging();
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}");
        _host = builder.Build();
        _host.UseRouting();
        _host.MapGet("/dapr/config", () => Results.Json(new { entities = new[] { "stormtrooper" } }));
        _host.MapGet("/dapr/subscribe", () => Results.Json(new object[]
        {
            new { pubsubname = "pubsub", topic = "deathStarStatus", route = "/dsstatus" },
            new { pubsubname = "pubsub", topic = "raw", route = "/raw", metadata = new { rawPayload = "true" } },
        }));
        _host.MapGet("/healthz", () => Results.Ok());
        _host.MapFallback(AnswerAsync);
    }

    public static async Task<DocumentedApp> StartAsync(int port)
    {
        var app = new DocumentedApp(port);
        await app._host.StartAsync();
        return app;
    }

    /// <summary>Answers the next calls of a path with 500.</summary>
    public void Refuse(string path, int times) => _refusals[path] = times;

    /// <summary>What came to a path and holds a text, as soon as there is so much of it.</summary>
    public async Task<IReadOnlyList<Received>> ReceivedAsync(string path, string text, int count = 1) => await Eventually.IsAsync(
        () => Task.FromResult<IReadOnlyList<Received>>([.. _received.Where(item => item.Path == path && item.Body.Contains(text, StringComparison.Ordinal))]),
        items => items.Count >= count,
        $"{path} received \"{text}\" {count} times");

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
        var path = context.Request.Path.Value!;
        _received.Enqueue(new Received(context.Request.Method, path, context.Request.QueryString.Value!, body, context.Request.ContentType));
        if (_refusals.AddOrUpdate(path, -1, (_, left) => left - 1) >= 0)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        var answer = path switch
        {
            "/checkout" => Results.Json(new { paid = JsonNode.Parse(body.Length == 0 ? "null" : body), verb = context.Request.Method, header = context.Request.Headers["x-colour"].ToString() }),
            "/teapot" => Results.Text("short and stout", statusCode: StatusCodes.Status418ImATeapot),
            "/dsstatus" or "/raw" => Results.Json(new { status = "SUCCESS" }),
            _ when path.EndsWith("/method/shoot", StringComparison.Ordinal) => Results.Json(new { hit = true, with = JsonNode.Parse(body.Length == 0 ? "null" : body) }),
            _ when path.EndsWith("/method/fail", StringComparison.Ordinal) => Results.StatusCode(StatusCodes.Status500InternalServerError),
            _ when path.StartsWith("/actors/", StringComparison.Ordinal) => Results.Ok(),
            _ => Results.NotFound(),
        };
        await answer.ExecuteAsync(context);
    }
}

/// <summary>A call of the sidecar at the app.</summary>
internal sealed record Received(string Method, string Path, string Query, string Body, string? ContentType)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
}
