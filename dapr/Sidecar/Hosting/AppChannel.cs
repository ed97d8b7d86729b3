using System.Net;

namespace Dapr.Sidecar.Hosting;

/// <summary>
/// HTTP/1.1 to an app on this machine. Adds the token that the app knows its sidecar by. Callers set deadlines by cancellation.
/// </summary>
internal sealed class AppChannel : IDisposable
{
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
    });

    private readonly string _appId;
    private readonly string? _token;

    public AppChannel(string appId, int port, string? token)
    {
        _appId = appId;
        _token = token;
        Address = new Uri($"http://127.0.0.1:{port}/");
    }

    /// <summary>Where the app listens.</summary>
    public Uri Address { get; }

    /// <summary>Sends a request whose URI is relative to the app's root.</summary>
    /// <exception cref="HttpRequestException">The app cannot be reached or broke the connection.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        request.RequestUri = new Uri(Address, request.RequestUri!);
        request.Headers.TryAddWithoutValidation("Dapr-App-Id", _appId);
        if (_token is not null)
        {
            request.Headers.TryAddWithoutValidation("dapr-api-token", _token);
        }

        return _client.SendAsync(request, cancellation);
    }

    public void Dispose() => _client.Dispose();
}
