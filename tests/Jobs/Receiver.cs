using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Serverless.Jobs.Tests;

/// <summary>A receiver of webhooks on a port of its own.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Receiver(WebApplication app) => _app = app;

    public int Port => new Uri(_app.Urls.Single()).Port;

    public string? Body { get; private set; }

    public Dictionary<string, string> Headers { get; } = [];

    public static async Task<Receiver> StartAsync(int status)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var receiver = new Receiver(builder.Build());
        receiver._app.MapPost("/x", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            receiver.Body = await reader.ReadToEndAsync();
            foreach (var header in request.Headers)
            {
                receiver.Headers[header.Key.ToLowerInvariant()] = header.Value.ToString();
            }

            return Results.StatusCode(status);
        });
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
