using System.Net.Http.Json;
using System.Text.Json;

namespace Serverless.Conformance.Tests.Dapr.Hosting;

/// <summary>The conformance app as a process of its own, and its control API.</summary>
internal sealed class AppProcess : IAsyncDisposable
{
    private const string Program = "Serverless.Conformance.App.dll";

    private readonly ChildProcess _process;

    private AppProcess(ChildProcess process, int port)
    {
        _process = process;
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(90) };
    }

    /// <summary>HTTP to the app itself.</summary>
    public HttpClient Client { get; }

    /// <summary>What the app wrote, for messages.</summary>
    public string Text => _process.Text;

    /// <summary>Skips the test where the SDK's packages could not be had when the app was built.</summary>
    public static void Require(Sdk sdk) =>
        Assert.SkipUnless(File.Exists(PathOf(sdk)), $"{PathOf(sdk)} is not there: the official Dapr packages could not be restored when this was built.");

    /// <summary>Starts the app and waits until it listens.</summary>
    public static async Task<AppProcess> StartAsync(Sdk sdk, Uri http, Uri grpc, int port, IReadOnlyDictionary<string, string>? environment = null)
    {
        var process = ChildProcess.Start("dotnet", [PathOf(sdk)], new Dictionary<string, string>(environment ?? new Dictionary<string, string>())
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["DAPR_HTTP_ENDPOINT"] = http.ToString(),
            ["DAPR_GRPC_ENDPOINT"] = grpc.ToString(),
        });
        (await process.FirstLineAsync()).ShouldBe("listening", process.Text);
        return new AppProcess(process, port);
    }

    public Task<T> GetAsync<T>(string path) => ReadAsync<T>(Client.GetAsync(new Uri($"/control/{path}", UriKind.Relative)));

    public Task<T> PostAsync<T>(string path, object? body = null) =>
        ReadAsync<T>(Client.PostAsJsonAsync(new Uri($"/control/{path}", UriKind.Relative), body ?? new { }));

    /// <summary>The entries of a page of the app's journal, as soon as there are so many of them.</summary>
    public async Task<string[]> JournalAsync(string page, int count)
    {
        var entries = await GetAsync<string[]>($"journal/{page}?count={count}");
        entries.Length.ShouldBeGreaterThanOrEqualTo(count, $"{page}: [{string.Join(", ", entries)}]");
        return entries;
    }

    /// <summary>Opens a gate that an activity or an actor waits at.</summary>
    public Task OpenAsync(string gate) => PostAsync<JsonElement>($"journal/gate:{gate}");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
    }

    private static string PathOf(Sdk sdk) => sdk is Sdk.Repository
        ? Programs.PathOf("tests/Conformance.App", "bin", Program)
        : Programs.PathOf("tests/Conformance.App", "bin/official", Program);

    private async Task<T> ReadAsync<T>(Task<HttpResponseMessage> sent)
    {
        using var response = await sent;
        var text = await response.Content.ReadAsStringAsync();
        if (response.IsSuccessStatusCode)
        {
            return response.Content.Headers.ContentType?.MediaType == "text/plain" ? (T)(object)text
                : text.Length == 0 ? default!
                : JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)!;
        }

        var error = text.StartsWith('{') ? JsonSerializer.Deserialize<AppError>(text, JsonSerializerOptions.Web) : null;
        throw error is null ? new InvalidOperationException($"{(int)response.StatusCode} {text}\n{Text}") : new AppErrorException(error);
    }
}

/// <summary>What an operation of the SDK threw in the app.</summary>
public sealed record AppError(string Type, string Message, string? ErrorCode, string? RemoteType, AppError? Inner);

public sealed class AppErrorException(AppError error) : Exception($"{error.Type}: {error.Message} <- {error.Inner}")
{
    public AppError Error => error;
}
