using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Serverless.ActorsSdk.Tests.Wire;

/// <summary>
/// The actor part of a sidecar's HTTP API, as small as can be: it keeps state, forwards calls to the app without any turns, and writes down
/// all that passes.
/// </summary>
internal sealed partial class FakeSidecar : IAsyncDisposable
{
    private static readonly string[] Silent = ["Host", "traceparent", "User-Agent"];

    private readonly WebApplication _server;
    private readonly HttpClient _app = new();

    private FakeSidecar(WebApplication server) => _server = server;

    public string Endpoint => _server.Urls.First();

    public string AppEndpoint { get; set; } = "";

    /// <summary>What is stored, by "type/id/key".</summary>
    public ConcurrentDictionary<string, string> State { get; } = new();

    /// <summary>When what is stored expires, as the sidecar says it.</summary>
    public ConcurrentDictionary<string, string> Expiry { get; } = new();

    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>The bodies of the state transactions.</summary>
    public ConcurrentQueue<string> Transactions { get; } = new();

    /// <summary>Answers in place of the sidecar when it says true.</summary>
    public Func<HttpContext, Task<bool>> Intercept { get; set; } = _ => Task.FromResult(false);

    public static async Task<FakeSidecar> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var sidecar = new FakeSidecar(builder.Build());
        sidecar._server.Run(sidecar.Answer);
        await sidecar._server.StartAsync();
        return sidecar;
    }

    /// <summary>Answers everything the same.</summary>
    public void AlwaysAnswer(int status, string body) => Intercept = async context =>
    {
        context.Response.StatusCode = status;
        if (body.Length > 0)
        {
            await context.Response.WriteAsync(body);
        }

        return true;
    };

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _app.Dispose();
    }

    private async Task Answer(HttpContext context)
    {
        var path = Slashes().Replace(context.Request.Path.Value!, "/");
        var body = await BodyOf(context.Request);
        Log.Enqueue($"--> {context.Request.Method} {path}");
        foreach (var header in context.Request.Headers.Where(header => !Silent.Contains(header.Key)))
        {
            Log.Enqueue($"    {header.Key}: {header.Value}");
        }

        Log.Enqueue($"    |{Encoding.UTF8.GetString(body)}|");
        if (await Intercept(context))
        {
            return;
        }

        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        switch (parts)
        {
            case ["v1.0", "actors", _, _, "method", ..]:
                await Forward(context, string.Join('/', parts[1..].Select(Uri.EscapeDataString)), body);
                break;
            case ["v1.0", "actors", var type, var id, "state", var key]:
                await ReadState(context, $"{type}/{id}/{key}");
                break;
            case ["v1.0", "actors", var type, var id, "state"]:
                SaveState($"{type}/{id}/", body);
                context.Response.StatusCode = 204;
                break;
            default:
                context.Response.StatusCode = 204;
                break;
        }
    }

    private async Task Forward(HttpContext context, string path, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{AppEndpoint}/{path}");
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body);
        }

        foreach (var header in context.Request.Headers.Where(header => header.Key.StartsWith("X-Dapr", StringComparison.Ordinal) || header.Key.StartsWith("Dapr-", StringComparison.Ordinal)))
        {
            request.Headers.TryAddWithoutValidation(header.Key, header.Value.ToString());
        }

        using var reply = await _app.SendAsync(request);
        var bytes = await reply.Content.ReadAsByteArrayAsync();
        var headers = reply.Headers.Where(header => header.Key.StartsWith("X-Dapr", StringComparison.Ordinal)).ToArray();
        Log.Enqueue($"<-- {(int)reply.StatusCode} {reply.Content.Headers.ContentType}{string.Concat(headers.Select(header => $" {header.Key}: {string.Join(',', header.Value)}"))}");
        Log.Enqueue(bytes.Any(value => value is < 9 or > 126) ? $"    hex {Convert.ToHexString(bytes)}" : $"    |{Encoding.UTF8.GetString(bytes)}|");
        context.Response.StatusCode = (int)reply.StatusCode;
        foreach (var header in headers)
        {
            context.Response.Headers[header.Key] = header.Value.ToArray();
        }

        if ((int)reply.StatusCode >= 400)
        {
            await context.Response.WriteAsync($$"""{"errorCode":"ERR_ACTOR_INVOKE_METHOD","message":"error invoke actor method: {{(int)reply.StatusCode}}"}""");
            return;
        }

        await context.Response.Body.WriteAsync(bytes);
    }

    private async Task ReadState(HttpContext context, string key)
    {
        if (!State.TryGetValue(key, out var value))
        {
            context.Response.StatusCode = 204;
            return;
        }

        if (Expiry.TryGetValue(key, out var expires))
        {
            context.Response.Headers["Metadata.ttlExpireTime"] = expires;
        }

        await context.Response.WriteAsync(value);
    }

    private void SaveState(string prefix, byte[] body)
    {
        Transactions.Enqueue(Encoding.UTF8.GetString(body));
        using var changes = JsonDocument.Parse(body);
        foreach (var change in changes.RootElement.EnumerateArray())
        {
            var request = change.GetProperty("request");
            var key = prefix + request.GetProperty("key").GetString();
            if (change.GetProperty("operation").GetString() == "upsert")
            {
                State[key] = request.GetProperty("value").GetRawText();
            }
            else
            {
                State.TryRemove(key, out _);
            }
        }
    }

    private static async Task<byte[]> BodyOf(HttpRequest request)
    {
        using var copy = new MemoryStream();
        await request.Body.CopyToAsync(copy);
        return copy.ToArray();
    }

    [GeneratedRegex("/+")]
    private static partial Regex Slashes();
}
