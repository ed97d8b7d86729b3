using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.Bindings;

/// <summary>
/// <c>bindings.http</c>: requests to a base URL; <c>path</c> in the metadata is appended to it, and metadata whose names begin with a capital
/// are headers. Redirects are not followed; an answer that is not 2xx is an error unless <c>errorIfNot2XX</c> is false.
/// </summary>
internal sealed class HttpBinding(Uri url, TimeSpan timeout, long maxResponseSize, bool errorIfNot2XX) : IOutputBinding
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = timeout,
        MaxResponseContentBufferSize = maxResponseSize,
    };

    public static readonly ComponentType Type = new("bindings.http", context =>
    {
        var properties = context.Properties;
        BindingDirection.Check(properties, "output");
        return Uri.TryCreate(properties.Required("url"), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? Task.FromResult<IComponent>(new HttpBinding(
                url, properties.Duration("responseTimeout") ?? TimeSpan.FromSeconds(100), properties.Number("maxResponseBodySize", 1, int.MaxValue) ?? 100 << 20, properties.Flag("errorIfNot2XX", otherwise: true)))
            : throw properties.Error("url", "must be an http or https address");
    })
    {
        Properties = [.. BindingDirection.Properties, "url", "responseTimeout", "maxResponseBodySize", "errorIfNot2XX"],
    };

    public IReadOnlyList<string> Operations { get; } = ["create", "get", "head", "post", "put", "patch", "delete", "options", "trace"];

    public async Task<BindingResult> InvokeAsync(BindingRequest request, CancellationToken cancellation)
    {
        var path = request.Metadata.GetValueOrDefault("path", "");
        using var message = new HttpRequestMessage(
            request.Operation == "create" ? HttpMethod.Post : HttpMethod.Parse(request.Operation.ToUpperInvariant()),
            path.Length == 0 ? url : new Uri(url.AbsoluteUri.TrimEnd('/') + "/" + path.TrimStart('/')));
        if (request.Operation is "create" or "post" or "put" or "patch")
        {
            message.Content = new ByteArrayContent(request.Content());
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.Metadata.GetValueOrDefault("Content-Type", "application/json; charset=utf-8"));
        }

        foreach (var (name, value) in request.Metadata.Where(entry => entry.Key.Length > 0 && char.IsAsciiLetterUpper(entry.Key[0]) && entry.Key != "Content-Type"))
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _client.SendAsync(message, cancellation);
        if (errorIfNot2XX && !response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"received status code {(int)response.StatusCode}");
        }

        var metadata = response.Headers.Concat(response.Content.Headers).Where(header => header.Key != "Transfer-Encoding").ToDictionary(header => header.Key, header => string.Join(", ", header.Value));
        metadata["statusCode"] = ((int)response.StatusCode).ToString();
        metadata["status"] = $"{(int)response.StatusCode} {response.ReasonPhrase}";
        return new BindingResult(await response.Content.ReadAsByteArrayAsync(cancellation), metadata, response.Content.Headers.ContentType?.ToString() ?? "application/octet-stream");
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
