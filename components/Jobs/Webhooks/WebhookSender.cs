using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Serverless.Jobs.Webhooks;

/// <summary>Sends signed messages (Standard Webhooks). One call is one attempt; whoever calls tries again with the same id.</summary>
public sealed class WebhookSender : IDisposable
{
    private readonly WebhookOptions _options;
    private readonly WebhookTarget _target;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    /// <summary>A sender.</summary>
    /// <param name="options">Whom it may call, and its secrets.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="FormatException">A secret is none.</exception>
    public WebhookSender(WebhookOptions options, TimeProvider time)
    {
        foreach (var secret in options.Secrets)
        {
            WebhookSignature.KeyOf(secret);
        }

        (_options, _time, _target) = (options, time, new WebhookTarget(options));
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = (context, cancellation) => _target.ConnectAsync(context.DnsEndPoint, cancellation),
        })
        {
            Timeout = options.Timeout,
            MaxResponseContentBufferSize = 1,
        };
    }

    /// <summary>What is wrong with an address that a job names; null if nothing is.</summary>
    /// <param name="address">The address.</param>
    public string? Refusal(string address) => _options.Secrets.Count == 0
        ? "webhooks are off: this service has no secret to sign them with (SERVERLESS_WEBHOOK_SECRET)"
        : _target.Refusal(address);

    /// <summary>Makes one attempt.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="id">The message's id, the same for every attempt.</param>
    /// <param name="body">JSON.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="WebhookException">It was not delivered.</exception>
    public async Task SendAsync(string address, string id, byte[] body, CancellationToken cancellationToken)
    {
        if (Refusal(address) is { } refusal)
        {
            throw new WebhookException($"{address}: {refusal}", canPass: false);
        }

        var now = _time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Of(_options.Secrets, id, now, body));
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                throw new WebhookException($"{address} answered {(int)answer.StatusCode}", canPass: CanPass(answer.StatusCode));
            }
        }
        catch (HttpRequestException error)
        {
            throw error.InnerException as WebhookException ?? new WebhookException($"{address}: {error.Message}", canPass: true, error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new WebhookException($"{address} did not answer within {_options.Timeout.TotalSeconds:F0} s", canPass: true, error);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    /// <summary>410 is how a receiver says that it wants no more; other refusals of the message itself may be a deployment under way.</summary>
    private static bool CanPass(HttpStatusCode status) => status != HttpStatusCode.Gone;
}
