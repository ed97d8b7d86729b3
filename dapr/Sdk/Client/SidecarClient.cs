using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Dapr.SidecarApi;

/// <summary>
/// The part of a Dapr sidecar's HTTP API that is neither actors nor workflows: publish, output bindings, secrets, metadata, health and
/// shutdown. Every call ends within <see cref="SidecarClientOptions.Timeout"/>, with a <see cref="TimeoutException"/>; an answer that is no
/// success is a <see cref="SidecarException"/>. Nothing is tried twice. Safe for use by several threads.
/// </summary>
public sealed class SidecarClient
{
    private static readonly JsonSerializerOptions Json = JsonSerializerOptions.Web;
    private static readonly MediaTypeHeaderValue JsonType = new("application/json", "utf-8");

    private readonly SidecarTransport _transport;

    /// <summary>A client.</summary>
    /// <param name="options">Where the sidecar is. Default: from the environment.</param>
    /// <param name="handler">What sends the requests. Default: a pool of connections that all clients share.</param>
    /// <param name="time">The clock of deadlines. Default: the system's.</param>
    /// <exception cref="InvalidOperationException">An option is wrong; the message says how to set it.</exception>
    public SidecarClient(SidecarClientOptions? options = null, HttpMessageHandler? handler = null, TimeProvider? time = null)
    {
        _transport = new SidecarTransport(options ?? new SidecarClientOptions(), handler, time ?? TimeProvider.System);
    }

    /// <summary>Publishes a message as JSON.</summary>
    /// <param name="pubsub">The pub/sub component's name.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="data">The message.</param>
    /// <param name="metadata">For the component, for instance <c>ttlInSeconds</c>. Default: none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task PublishAsync<T>(
        string pubsub, string topic, T data, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default) =>
        Publish(pubsub, topic, JsonContent(data), metadata, cancellationToken);

    /// <summary>Publishes bytes as they are.</summary>
    /// <param name="pubsub">The pub/sub component's name.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="data">The message.</param>
    /// <param name="contentType">What the bytes are, for instance <c>application/octet-stream</c>.</param>
    /// <param name="metadata">For the component. Default: none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task PublishBytesAsync(
        string pubsub,
        string topic,
        ReadOnlyMemory<byte> data,
        string contentType,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        var content = new ReadOnlyMemoryContent(data) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } };
        return Publish(pubsub, topic, content, metadata, cancellationToken);
    }

    /// <summary>Calls an output binding.</summary>
    /// <param name="binding">The component's name.</param>
    /// <param name="operation">What to do, for instance <c>create</c>.</param>
    /// <param name="data">What to do it with, sent as JSON; null sends none.</param>
    /// <param name="metadata">For the component. Default: none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<BindingReply> InvokeBindingAsync<T>(
        string binding, string operation, T data, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default)
    {
        var content = JsonContent(new { operation, data, metadata = metadata ?? new Dictionary<string, string>() });
        var answer = await _transport.SendAsync(HttpMethod.Post, $"bindings/{Segment(binding)}", content, cancellationToken);
        return new BindingReply(answer.Body, answer.Metadata);
    }

    /// <summary>Reads a secret: one value by the secret's name, or several by names of their own. Empty when there is no such secret.</summary>
    /// <param name="store">The secret store's name.</param>
    /// <param name="name">The secret's name.</param>
    /// <param name="metadata">For the component. Default: none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyDictionary<string, string>> GetSecretAsync(
        string store, string name, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default) =>
        await Get<Dictionary<string, string>>($"secrets/{Segment(store)}/{Segment(name)}{Query(metadata)}", cancellationToken) ?? [];

    /// <summary>Reads all secrets of a store that the app may read, by name.</summary>
    /// <param name="store">The secret store's name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetSecretsAsync(string store, CancellationToken cancellationToken = default) =>
        await Get<Dictionary<string, IReadOnlyDictionary<string, string>>>($"secrets/{Segment(store)}/bulk", cancellationToken) ?? [];

    /// <summary>What the sidecar says about itself.</summary>
    public async Task<SidecarMetadata> GetMetadataAsync(CancellationToken cancellationToken = default) =>
        await Get<SidecarMetadata>("metadata", cancellationToken) ?? new SidecarMetadata();

    /// <summary>Tells the sidecar something about this app, which it shows in <see cref="SidecarMetadata.Extended"/>.</summary>
    public Task SetMetadataAsync(string key, string value, CancellationToken cancellationToken = default) =>
        _transport.SendAsync(HttpMethod.Put, $"metadata/{Segment(key)}", new StringContent(value, Encoding.UTF8, "text/plain"), cancellationToken);

    /// <summary>Whether the sidecar is well and its app is ready. Not reachable in time is not well.</summary>
    public Task<bool> IsHealthyAsync(CancellationToken cancellationToken = default) => IsWell("healthz", cancellationToken);

    /// <summary>Whether the sidecar can be called, its app ready or not. Not reachable in time is not well.</summary>
    public Task<bool> IsOutboundHealthyAsync(CancellationToken cancellationToken = default) => IsWell("healthz/outbound", cancellationToken);

    /// <summary>Asks the sidecar to end. It finishes what it is doing; whether it comes back is its supervisor's business.</summary>
    public Task ShutdownAsync(CancellationToken cancellationToken = default) => _transport.SendAsync(HttpMethod.Post, "shutdown", content: null, cancellationToken);

    private Task<SidecarAnswer> Publish(string pubsub, string topic, HttpContent content, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellationToken) =>
        _transport.SendAsync(HttpMethod.Post, $"publish/{Segment(pubsub)}/{Segment(topic)}{Query(metadata)}", content, cancellationToken);

    private async Task<T?> Get<T>(string path, CancellationToken cancellationToken)
        where T : class
    {
        var answer = await _transport.SendAsync(HttpMethod.Get, path, content: null, cancellationToken);
        return answer.Body.Length == 0 ? null : JsonSerializer.Deserialize<T>(answer.Body, Json);
    }

    private async Task<bool> IsWell(string path, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _transport.TrySendAsync(HttpMethod.Get, path, content: null, cancellationToken);
            return (int)answer.Status is >= 200 and < 300;
        }
        catch (Exception exception) when (exception is SidecarException or TimeoutException)
        {
            return false;
        }
    }

    private static ByteArrayContent JsonContent<T>(T data) =>
        new(JsonSerializer.SerializeToUtf8Bytes(data, Json)) { Headers = { ContentType = JsonType } };

    private static string Segment(string text) => string.IsNullOrEmpty(text) || text is "." or ".."
        ? throw new ArgumentException($"\"{text}\" cannot be part of a sidecar's URL: give a name.", nameof(text))
        : Uri.EscapeDataString(text);

    private static string Query(IReadOnlyDictionary<string, string>? metadata) => metadata is null or { Count: 0 } ? "" :
        "?" + string.Join('&', metadata.Select(pair => $"metadata.{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));
}
