using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Dapr.Sidecar;

namespace Serverless.Sidecar.Tests.Actors;

/// <summary>A sidecar over one or several <see cref="ActorApp"/>s, and a client of it.</summary>
internal sealed class ActorSidecar : IAsyncDisposable
{
    private ActorSidecar(EmbeddedSidecar sidecar, string firstApp)
    {
        Sidecar = sidecar;
        Client = new HttpClient { BaseAddress = sidecar.HttpEndpoint(firstApp) };
    }

    public EmbeddedSidecar Sidecar { get; }

    public HttpClient Client { get; }

    public static async Task<ActorSidecar> StartAsync(
        IReadOnlyDictionary<string, int?> apps, TimeProvider? time = null, string? stateFile = null, Action<string>? onPoint = null, int? maxBodySize = null)
    {
        var sidecar = await EmbeddedSidecar.StartAsync(new SidecarOptions
        {
            Apps = [.. apps.Select(app => new SidecarAppOptions { AppId = app.Key, AppPort = app.Value })],
            TimeProvider = time ?? TimeProvider.System,
            StateFile = stateFile,
            OnPoint = onPoint,
            Fsync = false,
            MaxBodySize = maxBodySize ?? 4 * 1024 * 1024,
        });
        return new ActorSidecar(sidecar, apps.Keys.First());
    }

    public static Task<ActorSidecar> StartAsync(ActorApp app, TimeProvider? time = null, string? stateFile = null, Action<string>? onPoint = null, int? maxBodySize = null) =>
        StartAsync(new Dictionary<string, int?> { ["app"] = app.Port }, time, stateFile, onPoint, maxBodySize);

    public HttpClient ClientOf(string app) => new() { BaseAddress = Sidecar.HttpEndpoint(app) };

    public Task<HttpResponseMessage> InvokeAsync(string actor, string method, string? body = null, string? chain = null) =>
        SendAsync(HttpMethod.Put, $"/v1.0/actors/{actor}/method/{method}", body, chain);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod verb, string path, string? body = null, string? chain = null)
    {
        using var request = new HttpRequestMessage(verb, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        if (chain is not null)
        {
            request.Headers.Add("Dapr-Reentrancy-Id", chain);
        }

        return await Client.SendAsync(request);
    }

    /// <summary>Sends and expects a status; gives the body.</summary>
    public async Task<string> ExpectAsync(HttpStatusCode status, HttpMethod verb, string path, string? body = null, HttpStatusCode? orElse = null)
    {
        using var response = await SendAsync(verb, path, body);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(response.StatusCode == orElse ? orElse.Value : status, $"{verb} {path}: {text}");
        return text;
    }

    public async Task<(string Code, string Message)> FailsAsync(HttpStatusCode status, HttpMethod verb, string path, string? body = null)
    {
        var error = JsonNode.Parse(await ExpectAsync(status, verb, path, body))!;
        return (error["errorCode"]!.GetValue<string>(), error["message"]!.GetValue<string>());
    }

    public async Task<JsonNode> MetadataAsync() => JsonNode.Parse(await ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, "/v1.0/metadata"))!;

    /// <summary>Calls an actor, so that it is active.</summary>
    public async Task ActivateAsync(string actor)
    {
        using var response = await InvokeAsync(actor, "hello");
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Sidecar.DisposeAsync();
    }
}
