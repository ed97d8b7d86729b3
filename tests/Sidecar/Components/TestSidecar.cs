using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Dapr.Sidecar;

namespace Serverless.Sidecar.Tests.Components;

/// <summary>A sidecar over YAML texts, in a temporary folder, with an HTTP client of one of its apps.</summary>
internal sealed class TestSidecar : IAsyncDisposable
{
    private readonly EmbeddedSidecar _sidecar;
    private readonly Dictionary<string, HttpClient> _clients;

    private TestSidecar(EmbeddedSidecar sidecar, IEnumerable<string> apps)
    {
        _sidecar = sidecar;
        _clients = apps.ToDictionary(app => app, app => new HttpClient { BaseAddress = sidecar.HttpEndpoint(app) });
    }

    public HttpClient this[string app] => _clients[app];

    public HttpClient Http => _clients.Values.First();

    /// <summary>Starts one; the components are what the files of the folder say.</summary>
    public static async Task<TestSidecar> StartAsync(
        TestFolder folder, IReadOnlyList<SidecarAppOptions>? apps = null, string? stateFile = null, TimeProvider? time = null,
        Action<string>? onPoint = null)
    {
        apps ??= [new SidecarAppOptions { AppId = "app" }];
        var sidecar = await EmbeddedSidecar.StartAsync(new SidecarOptions
        {
            Apps = apps,
            ComponentPaths = [folder.Components],
            StateFile = stateFile,
            Fsync = false,
            OnPoint = onPoint,
            TimeProvider = time ?? TimeProvider.System,
        });
        return new TestSidecar(sidecar, apps.Select(app => app.AppId));
    }

    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    public async Task PostAsync(string path, string json, HttpStatusCode expected = HttpStatusCode.NoContent)
    {
        using var answer = await Http.PostAsync(path, Json(json));
        answer.StatusCode.ShouldBe(expected, await answer.Content.ReadAsStringAsync());
    }

    public async Task<JsonNode> ErrorAsync(Task<HttpResponseMessage> call, HttpStatusCode expected, string code)
    {
        using var answer = await call;
        var body = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(expected, body);
        var error = JsonNode.Parse(body)!;
        error["errorCode"]!.GetValue<string>().ShouldBe(code);
        return error;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        await _sidecar.DisposeAsync();
    }
}
