using System.Net;
using System.Text.Json;

namespace Dapr.SidecarApi;

/// <summary>An answer: status, headers and body.</summary>
internal readonly record struct SidecarAnswer(HttpStatusCode Status, byte[] Body, IReadOnlyDictionary<string, string> Metadata);

/// <summary>One request to the sidecar and its answer, within the deadline.</summary>
#pragma warning disable CA1001 // The client owns nothing: its handler belongs to the process or to the caller.
internal sealed class SidecarTransport
#pragma warning restore CA1001
{
    private const string MetadataPrefix = "metadata.";

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
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    public SidecarTransport(SidecarClientOptions options, HttpMessageHandler? handler, TimeProvider time)
    {
        options.Validate();
        _http = new HttpClient(handler ?? SharedHandler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        _root = options.HttpEndpoint.TrimEnd('/') + "/v1.0/";
        _token = string.IsNullOrWhiteSpace(options.ApiToken) ? null : options.ApiToken;
        _timeout = options.Timeout;
        _time = time;
    }

    /// <exception cref="SidecarException">The answer is no success, or there is none.</exception>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    public async Task<SidecarAnswer> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        var answer = await TrySendAsync(method, path, content, cancellationToken);
        return (int)answer.Status is >= 200 and < 300 ? answer : throw Error(method, path, answer);
    }

    /// <summary>As <see cref="SendAsync"/>, but every answer counts.</summary>
    public async Task<SidecarAnswer> TrySendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, _root + path) { Content = content };
        if (_token is not null)
        {
            request.Headers.TryAddWithoutValidation("dapr-api-token", _token);
        }

        using var deadline = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var response = await _http.SendAsync(request, either.Token);
            return new SidecarAnswer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(either.Token), MetadataOf(response));
        }
        catch (OperationCanceledException late) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The sidecar did not answer {method} {path} within {_timeout}. Whether the call took effect is not known.", late);
        }
        catch (HttpRequestException unreachable)
        {
            throw new SidecarException($"The sidecar at {_root} could not be reached for {method} {path}: {unreachable.Message}", status: null, errorCode: null, unreachable);
        }
    }

    private static Dictionary<string, string> MetadataOf(HttpResponseMessage response) => response.Headers
        .Where(header => header.Key.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase))
        .ToDictionary(header => header.Key[MetadataPrefix.Length..], header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase);

    private static SidecarException Error(HttpMethod method, string path, SidecarAnswer answer)
    {
        var (code, message) = Read(answer.Body);
        var hint = answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? " Set DAPR_API_TOKEN to the sidecar's token." : "";
        return new SidecarException($"The sidecar answered {method} {path} with {(int)answer.Status}: {message ?? "it did not say why"}.{hint}", answer.Status, code);
    }

    private static (string? Code, string? Message) Read(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return (Text(json.RootElement, "errorCode"), Text(json.RootElement, "message"));
        }
        catch (JsonException)
        {
            // Something other than a sidecar answers there; its status is what is left to say.
            return (null, null);
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
