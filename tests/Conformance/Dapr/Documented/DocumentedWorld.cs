using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.Documented;

/// <summary>A sidecar with the app of the documentation beside it, and raw HTTP to it.</summary>
public sealed class DocumentedWorld : IAsyncLifetime
{
    public const string AppId = "documented";

    private Sidecar? _sidecar;
    private DocumentedApp? _app;
    private HttpClient? _client;

    internal DocumentedApp App => _app!;

    public async ValueTask InitializeAsync()
    {
        _sidecar = await Sidecar.StartAsync(SuitePart.Documented, Components.All, new Dictionary<string, string> { ["CONFORMANCE_SECRET"] = "hidden" }, AppId);
        _app = await DocumentedApp.StartAsync(_sidecar.Of(AppId).AppPort);
        _client = new HttpClient { BaseAddress = _sidecar.Of(AppId).Http };
    }

    /// <summary>Sends a request as it stands in the documentation.</summary>
    internal async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, string contentType = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri($"{_client!.BaseAddress!.GetLeftPart(UriPartial.Authority)}{path}"));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(contentType));
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _client.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.TryGetValues("ETag", out var tags) ? tags.Single().Trim('"') : null, _sidecar!.Text);
    }

    internal Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    internal Task<Answer> PostAsync(string path, string? body = null) => SendAsync(HttpMethod.Post, path, body);

    internal Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        if (_sidecar is not null)
        {
            await _sidecar.DisposeAsync();
        }
    }
}

/// <summary>An answer of the sidecar.</summary>
internal sealed record Answer(HttpStatusCode Status, string Body, string? ETag, string Log)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The status is this one; the message shows the body and the sidecar's log otherwise.</summary>
    public Answer ShouldBe(HttpStatusCode status)
    {
        Status.ShouldBe(status, $"{Body}\n{Log}");
        return this;
    }

    /// <summary>The answer is an error of Dapr's form with this code.</summary>
    public void ShouldBeError(HttpStatusCode status, string code)
    {
        ShouldBe(status);
        Json.GetProperty("errorCode").GetString().ShouldBe(code);
        Json.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
    }
}
