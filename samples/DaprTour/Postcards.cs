using System.Text.Json;
using System.Text.Json.Serialization;
using Dapr.SidecarApi;

namespace Serverless.DaprTour;

/// <summary>A message between strangers.</summary>
public sealed record Postcard(string From, string Text);

/// <summary>A durable topic, a binding and a secret: the sidecar's other building blocks.</summary>
internal sealed class Postcards
{
    private const string Topic = "postcards";

    private readonly TaskCompletionSource<Postcard> _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The routes that the sidecar calls: which topics the app wants, and where.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/dapr/subscribe", () => new[] { new { pubsubname = "post", topic = Topic, route = "/postcards" } });
        routes.MapPost("/postcards", (CloudEvent delivered) =>
        {
            _arrived.TrySetResult(delivered.Data);
            return Results.Ok();
        });
    }

    /// <summary>Sends a postcard, waits for it, and puts it into the album.</summary>
    public async Task SendAsync(SidecarClient sidecar, string from, TextWriter output)
    {
        await sidecar.PublishAsync("post", Topic, new Postcard(from, "Wish you were here."));
        var card = await _arrived.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await output.WriteLineAsync($"Pub/sub: a postcard from {card.From}: {card.Text}");
        await sidecar.InvokeBindingAsync("album", "create", card, new Dictionary<string, string> { ["fileName"] = $"{from}.json" });
        var stored = await sidecar.InvokeBindingAsync<object?>("album", "get", data: null, new Dictionary<string, string> { ["fileName"] = $"{from}.json" });
        await output.WriteLineAsync($"Binding: the album has it: {JsonDocument.Parse(stored.Data).RootElement.GetProperty("text").GetString()}");
        var home = await sidecar.GetSecretAsync("secrets", "HOME");
        await output.WriteLineAsync($"Secret: HOME is {(home.ContainsKey("HOME") ? "known" : "not set")}.");
    }

    private sealed record CloudEvent([property: JsonPropertyName("data")] Postcard Data);
}
