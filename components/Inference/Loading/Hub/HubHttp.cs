using System.Net;
using System.Net.Http.Headers;

namespace Serverless.Inference.Loading.Hub;

/// <summary>
/// Requests to a hub. Redirects are followed here rather than by the handler, because the token belongs to the hub alone: the
/// storage host that a large file is redirected to must not see it.
/// </summary>
internal sealed class HubHttp : IDisposable
{
    private const int MaxRedirects = 10;

    private readonly HttpClient client;
    private readonly HubOptions options;
    private readonly TimeProvider time;

    public HubHttp(HubOptions options, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(20),
            UseCookies = false,
        };
        client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>An address below the hub's.</summary>
    public Uri Address(string path) => new($"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}");

    /// <summary>
    /// Sends a request and follows redirects. A HEAD request stops at the redirect to another host, whose headers describe the file.
    /// </summary>
    /// <param name="model">What it is for.</param>
    /// <param name="method">GET or HEAD.</param>
    /// <param name="address">Where.</param>
    /// <param name="from">First byte wanted.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>An answer with status 2xx, 416, or 3xx to HEAD; its body is not read yet.</returns>
    /// <exception cref="HubTransientException">The hub cannot be reached or is busy.</exception>
    /// <exception cref="InferenceException">The hub refuses.</exception>
    public async Task<HttpResponseMessage> SendAsync(HubReference model, HttpMethod method, Uri address, long from, CancellationToken cancellationToken)
    {
        var target = address;
        for (int redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            var response = await SendOnceAsync(method, target, from, cancellationToken);
            if (!IsRedirect(response.StatusCode)) return Check(response, target, model);

            var next = response.Headers.Location is { } location ? new Uri(target, location) : throw ModelErrors.Download($"{target} redirects to nowhere.");
            if (method == HttpMethod.Head && !IsHub(next)) return response;
            response.Dispose();
            if (target.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps)
                throw ModelErrors.Download($"{target} redirects to {next.GetLeftPart(UriPartial.Authority)} without encryption, which is refused.");
            target = next;
        }

        throw ModelErrors.Download($"{address} redirects more than {MaxRedirects} times.");
    }

    /// <summary>Reads on, but not for longer than a transfer may stand still.</summary>
    /// <exception cref="HubTransientException">The connection broke or stands still.</exception>
    public async ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stall.CancelAfter(options.StallTimeout);
        try
        {
            return await body.ReadAsync(buffer, stall.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HubTransientException($"no byte arrived for {options.StallTimeout.TotalSeconds:0.#} seconds.", null, e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new HubTransientException($"the connection broke: {e.Message}", null, e);
        }
    }

    public void Dispose() => client.Dispose();

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    /// <summary>Same scheme, host and port as the hub.</summary>
    private bool IsHub(Uri address) => Uri.Compare(address, options.Endpoint, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, Uri target, long from, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, target);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("serverless", typeof(HubHttp).Assembly.GetName().Version!.ToString(3)));
        // Sizes and hashes are those of the plain content.
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
        if (options.Token is not null && IsHub(target)) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Token);
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stall.CancelAfter(options.StallTimeout);
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HubTransientException($"{target.Authority} did not answer within {options.StallTimeout.TotalSeconds:0.#} seconds.", null, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new HubTransientException($"{target.Authority} cannot be reached: {e.Message}", null, e);
        }
    }

    private HttpResponseMessage Check(HttpResponseMessage response, Uri target, HubReference model)
    {
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) return response;
        using (response)
        {
            if (!HubErrors.IsTransient(response.StatusCode)) throw HubErrors.Refused(response, target, model, options);
            throw new HubTransientException($"{target.Authority} answered {(int)response.StatusCode} {response.ReasonPhrase}.", RetryAfter(response.Headers.RetryAfter));
        }
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? value)
    {
        var wait = value?.Delta ?? (value?.Date is { } date ? date - time.GetUtcNow() : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
