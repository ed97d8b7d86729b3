using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Serverless.Faults.Tests.Storage;

/// <summary>What happens to a request on its way to the blob service.</summary>
internal enum BlobFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>503 with <c>Retry-After</c>, as an account that is at its limit says it.</summary>
    Throttled,

    /// <summary>It takes two seconds more.</summary>
    Slow,

    /// <summary>The connection breaks before the request is there.</summary>
    Lost,

    /// <summary>The request is done, and the connection breaks before the answer is there.</summary>
    AnswerLost,
}

/// <summary>A proxy before a blob service, on a free port of the loopback, that does to each request what a test says.</summary>
internal sealed class BlobProxy : IAsyncDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly Uri _service;
    private int _requests, _faults;

    private BlobProxy(WebApplication app, Uri service) => (_app, _service) = (app, service);

    /// <summary>What the n-th request suffers. Default: nothing.</summary>
    public Func<int, BlobFault> Fault { get; set; } = _ => BlobFault.None;

    /// <summary>Requests that suffered something.</summary>
    public int Faults => Volatile.Read(ref _faults);

    /// <summary>Its address.</summary>
    public Uri Address => new(_app.Urls.Single());

    /// <summary>Starts one before a service.</summary>
    public static async Task<BlobProxy> StartAsync(Uri service)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.Logging.ClearProviders();
        var proxy = new BlobProxy(builder.Build(), service);
        proxy._app.Run(proxy.HandleAsync);
        await proxy._app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var fault = Fault(Interlocked.Increment(ref _requests));
        if (fault is not BlobFault.None)
        {
            Interlocked.Increment(ref _faults);
        }

        switch (fault)
        {
            case BlobFault.Throttled:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                context.Response.Headers.RetryAfter = "1";
                context.Response.Headers["x-ms-error-code"] = "ServerBusy";
                return;
            case BlobFault.Lost:
                context.Abort();
                return;
            case BlobFault.Slow:
                await Task.Delay(Delay, TimeProvider.System, context.RequestAborted);
                break;
        }

        using var answer = await ForwardAsync(context);
        if (fault is BlobFault.AnswerLost)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key != "Transfer-Encoding"))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        if (!HttpMethods.IsHead(context.Request.Method) && answer.StatusCode is not (HttpStatusCode.NotModified or HttpStatusCode.NoContent))
        {
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }

    /// <summary>Sends the request on, byte for byte: signatures cover the path and most headers.</summary>
    private async Task<HttpResponseMessage> ForwardAsync(HttpContext context)
    {
        var request = context.Request;
        var target = new Uri(_service, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        using var message = new HttpRequestMessage(HttpMethod.Parse(request.Method), target);
        if (request.ContentLength is > 0)
        {
            message.Content = new StreamContent(request.Body);
        }
        else if (HttpMethods.IsPut(request.Method))
        {
            message.Content = new ByteArrayContent([]);
        }

        foreach (var (name, values) in request.Headers.Where(header => header.Key is not ("Host" or "Connection" or "Expect")))
        {
            if (!message.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        return await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
    }
}
