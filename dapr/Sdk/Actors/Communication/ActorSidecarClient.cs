using System.Net.Http.Headers;

namespace Dapr.Actors.Communication;

/// <summary>
/// The actor part of the sidecar's HTTP API. It never retries: only the caller knows whether a call may happen twice. Every call ends
/// within the timeout, with a <see cref="TaskCanceledException"/>.
/// </summary>
#pragma warning disable CA1001 // The client owns nothing: its handler belongs to the process or to the caller.
internal sealed class ActorSidecarClient
#pragma warning restore CA1001
{
    private static readonly MediaTypeHeaderValue Json = MediaTypeHeaderValue.Parse("application/json; charset=utf-8");
    private static readonly MediaTypeHeaderValue Bytes = MediaTypeHeaderValue.Parse("application/octet-stream; charset=utf-8");
    private static readonly MediaTypeHeaderValue Text = MediaTypeHeaderValue.Parse("text/plain; charset=utf-8");

    /// <summary>One pool for the process. A sidecar is a neighbour: no proxy stands between, and no redirect is meant.</summary>
    private static readonly SocketsHttpHandler SharedHandler = new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(15),
    };

    private readonly HttpClient _http;
    private readonly string _root;
    private readonly string? _token;

    public ActorSidecarClient(string endpoint, string? token, TimeSpan? timeout, HttpMessageHandler? handler = null)
    {
        _http = new HttpClient(handler ?? SharedHandler, disposeHandler: false);
        if (timeout is { } limit)
        {
            _http.Timeout = limit;
        }

        _root = endpoint.TrimEnd('/') + "/v1.0/actors/";
        _token = string.IsNullOrWhiteSpace(token) ? null : token;
    }

    /// <summary>Calls a method by name: JSON or nothing there, JSON or nothing back.</summary>
    public async Task<byte[]> InvokeWeakAsync(string type, string id, string method, byte[]? body, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Put, ActorPath.Method(_root, type, id, method), body, Json);
        AddReentrancy(request);
        using var response = await SendAsync(request, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>Calls a method by the numbers in the header.</summary>
    public async Task<byte[]> InvokeTypedAsync(
        string type, string id, string method, string header, byte[]? body, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Put, ActorPath.Method(_root, type, id, method), body, Bytes);
        request.Headers.TryAddWithoutValidation(RemotingHeader.Name, header);
        AddReentrancy(request);
        using var response = await SendAsync(request, cancellationToken);
        var reply = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return response.Headers.TryGetValues(RemotingError.HeaderName, out var error) ? throw RemotingError.Read(error.First(), reply) : reply;
    }

    /// <summary>Reads one key of an actor's state.</summary>
    /// <returns>The value's JSON, empty when there is none, and when it expires.</returns>
    public async Task<(byte[] Json, DateTimeOffset? Expires)> GetStateAsync(string type, string id, string key, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, ActorPath.Of(_root, type, id, "state", key));
        using var response = await SendAsync(request, cancellationToken);
        var expires = response.Headers.TryGetValues("Metadata.ttlExpireTime", out var values) ? DateTimeOffset.Parse(values.First()) : (DateTimeOffset?)null;
        return (await response.Content.ReadAsByteArrayAsync(cancellationToken), expires);
    }

    /// <summary>Applies a list of changes, all or none.</summary>
    public Task SaveStateAsync(string type, string id, byte[] changes, CancellationToken cancellationToken) =>
        CallAsync(HttpMethod.Put, ActorPath.State(_root, type, id), changes, Text, cancellationToken);

    /// <summary>Registers or replaces a reminder.</summary>
    public Task RegisterReminderAsync(string type, string id, string name, byte[] body) =>
        CallAsync(HttpMethod.Put, ActorPath.Of(_root, type, id, "reminders", name), body, Json);

    /// <summary>A reminder's JSON.</summary>
    public async Task<byte[]> GetReminderAsync(string type, string id, string name)
    {
        using var request = Request(HttpMethod.Get, ActorPath.Of(_root, type, id, "reminders", name));
        using var response = await SendAsync(request, CancellationToken.None);
        return await response.Content.ReadAsByteArrayAsync();
    }

    /// <summary>Removes a reminder.</summary>
    public Task UnregisterReminderAsync(string type, string id, string name) =>
        CallAsync(HttpMethod.Delete, ActorPath.Of(_root, type, id, "reminders", name));

    /// <summary>Registers or replaces a timer.</summary>
    public Task RegisterTimerAsync(string type, string id, string name, byte[] body) =>
        CallAsync(HttpMethod.Put, ActorPath.Of(_root, type, id, "timers", name), body, Json);

    /// <summary>Removes a timer.</summary>
    public Task UnregisterTimerAsync(string type, string id, string name) =>
        CallAsync(HttpMethod.Delete, ActorPath.Of(_root, type, id, "timers", name));

    private async Task CallAsync(
        HttpMethod method, Uri uri, byte[]? body = null, MediaTypeHeaderValue? contentType = null, CancellationToken cancellationToken = default)
    {
        using var request = Request(method, uri, body, contentType);
        using var response = await SendAsync(request, cancellationToken);
    }

    private HttpRequestMessage Request(HttpMethod method, Uri uri, byte[]? body = null, MediaTypeHeaderValue? contentType = null)
    {
        var request = new HttpRequestMessage(method, uri);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = contentType } };
        }

        if (_token is not null)
        {
            request.Headers.TryAddWithoutValidation("dapr-api-token", _token);
        }

        return request;
    }

    private static void AddReentrancy(HttpRequestMessage request)
    {
        if (ActorReentrancyContext.Current is { } chain)
        {
            request.Headers.TryAddWithoutValidation(ActorReentrancyContext.HeaderName, chain);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await _http.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await SidecarError.ReadAsync(response, cancellationToken);
        }
    }
}
