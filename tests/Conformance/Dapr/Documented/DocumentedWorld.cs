using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.Documented;

/// <summary>A sidecar with the app of the documentation beside it, and raw HTTP to it.</summary>
public sealed class DocumentedWorld : IAsyncDisposable
{
    public const string AppId = "documented";

    private readonly Lazy<Task<Running>> _running = new(StartAsync);

    /// <summary>Sends a request as it stands in the documentation.</summary>
    internal async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, string contentType = "application/json", params (string Name, string Value)[] headers)
    {
        var running = await _running.Value;
        using var request = new HttpRequestMessage(method, new Uri($"{running.Sidecar.Of(AppId).Http.GetLeftPart(UriPartial.Authority)}{path}"));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(contentType));
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await running.Client.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.TryGetValues("ETag", out var tags) ? tags.Single().Trim('"') : null, running.Sidecar.Text);
    }

    internal Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    internal Task<Answer> PostAsync(string path, string? body = null) => SendAsync(HttpMethod.Post, path, body);

    internal Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    /// <summary>What the app received at a path and holds a text, as soon as there is so much of it.</summary>
    internal async Task<IReadOnlyList<Received>> ReceivedAsync(string path, string text, int count = 1) => await (await _running.Value).App.ReceivedAsync(path, text, count);

    /// <summary>Makes the app answer the next calls of a path with 500.</summary>
    internal async Task RefuseAsync(string path, int times) => (await _running.Value).App.Refuse(path, times);

    public async ValueTask DisposeAsync()
    {
        if (_running.IsValueCreated && _running.Value.IsCompletedSuccessfully)
        {
            var running = await _running.Value;
            running.Client.Dispose();
            await running.App.DisposeAsync();
            await running.Sidecar.DisposeAsync();
        }
    }

    private static async Task<Running> StartAsync()
    {
        var sidecar = await Sidecar.StartAsync(SuitePart.Documented, Components.All, new Dictionary<string, string> { ["CONFORMANCE_SECRET"] = "hidden" }, AppId);
        return new Running(sidecar, await DocumentedApp.StartAsync(sidecar.Of(AppId).AppPort), new HttpClient());
    }

    private sealed record Running(Sidecar Sidecar, DocumentedApp App, HttpClient Client);
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
