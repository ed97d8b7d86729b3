using System.Net.Http.Headers;
using Dapr.Sidecar.Hosting;

namespace Dapr.Sidecar.Actors;

/// <summary>What an actor is called with. The body must stay as it is until the call is over.</summary>
/// <param name="Method">The path after <c>.../method/</c>, as it stands in a URI.</param>
/// <param name="Body">The body.</param>
/// <param name="Headers">The caller's headers; null for a call of the sidecar itself, whose body is JSON.</param>
internal sealed record ActorCall(string Method, ReadOnlyMemory<byte> Body, IHeaderDictionary? Headers)
{
    private const string ReentrancyHeader = "Dapr-Reentrancy-Id";
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <summary>The chain of calls that this one belongs to; null for none.</summary>
    public string? Chain => Headers is not null && Headers.TryGetValue(ReentrancyHeader, out var chain) ? chain.ToString() : null;

    /// <summary>The request to the app; a PUT, whatever the caller used.</summary>
    public HttpRequestMessage CreateRequest(string path, string? chain)
    {
        // Always with a content, if an empty one: the client repeats requests without one by itself when a connection breaks.
        var request = new HttpRequestMessage(HttpMethod.Put, new Uri(path, UriKind.Relative)) { Content = new ReadOnlyMemoryContent(Body) };
        if (Headers is not null)
        {
            ForwardedHeaders.Copy(Headers, request);
        }
        else
        {
            request.Content.Headers.ContentType = Json;
        }

        if (chain is not null)
        {
            request.Headers.Remove(ReentrancyHeader);
            request.Headers.TryAddWithoutValidation(ReentrancyHeader, chain);
        }

        return request;
    }
}
