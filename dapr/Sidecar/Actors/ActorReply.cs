using System.Net;
using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Actors;

/// <summary>What an actor answered to a turn that succeeded: status 200, headers, and the whole body.</summary>
internal sealed class ActorReply : IDisposable
{
    private const string CancelHeader = "X-DaprReminderCancel", ErrorHeader = "X-DaprErrorResponseHeader";
    private readonly HttpResponseMessage _response;
    private readonly PooledBody _body;

    private ActorReply(HttpResponseMessage response, PooledBody body)
    {
        _response = response;
        _body = body;
    }

    /// <summary>Whether the actor asks that the reminder or timer come no more.</summary>
    public bool CancelsSchedule => _response.Headers.TryGetValues(CancelHeader, out var values) && IsTruthy(values.First());

    /// <summary>Fails where the answer is an error of the remoting protocol, which comes with status 200 and is for the caller to understand.</summary>
    /// <exception cref="ActorException">It is one.</exception>
    public void EnsureNoError()
    {
        if (_response.Headers.Contains(ErrorHeader))
        {
            throw ActorException.Invoke($"the actor failed ({ErrorHeader})");
        }
    }

    /// <summary>Reads an answer to its end. Only status 200 is success, as in daprd.</summary>
    /// <exception cref="ActorException">The actor failed, or has no such method.</exception>
    public static async Task<ActorReply> ReadAsync(HttpResponseMessage response, string path, CancellationToken cancellation)
    {
        PooledBody? body = null;
        try
        {
            body = await PooledBody.ReadAsync(
                await response.Content.ReadAsStreamAsync(cancellation), response.Content.Headers.ContentLength, cancellation);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => new ActorReply(response, body),
                HttpStatusCode.NotFound => throw ActorException.Invoke($"actor method not found: {path}"),
                var status => throw ActorException.Invoke($"error from actor service: ({(int)status}) {System.Text.Encoding.UTF8.GetString(body.Memory.Span)}"),
            };
        }
        catch
        {
            body?.Dispose();
            response.Dispose();
            throw;
        }
    }

    /// <summary>Writes the answer to whoever called.</summary>
    public async Task WriteToAsync(HttpResponse to)
    {
        ForwardedHeaders.Copy(_response, to.Headers);
        to.ContentLength = _body.Memory.Length;
        await to.Body.WriteAsync(_body.Memory);
    }

    public void Dispose()
    {
        _body.Dispose();
        _response.Dispose();
    }

    private static bool IsTruthy(string value) => value.Trim().ToLowerInvariant() is "1" or "y" or "yes" or "t" or "true" or "on";
}
