using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace Dapr.Sidecar.Hosting;

/// <summary>Headers on their way from a caller to an app and back: all but those that belong to one connection or to the sidecar itself.</summary>
internal static class ForwardedHeaders
{
    private static readonly FrozenSet<string> NotForwarded = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Host", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "TE", "Trailer", "Upgrade", "Expect", "Proxy-Connection",
        "Proxy-Authenticate", "Proxy-Authorization", "Date", "Server", "dapr-api-token", "Dapr-App-Id");

    /// <summary>Puts a caller's headers on the request to an app.</summary>
    public static void Copy(IHeaderDictionary from, HttpRequestMessage to)
    {
        foreach (var (name, values) in from)
        {
            if (!NotForwarded.Contains(name) && !Add(to.Headers, name, values) && to.Content is not null)
            {
                Add(to.Content.Headers, name, values);
            }
        }
    }

    /// <summary>Puts an app's headers on the answer to a caller.</summary>
    public static void Copy(HttpResponseMessage from, IHeaderDictionary to)
    {
        foreach (var header in from.Headers.NonValidated)
        {
            Copy(header.Key, header.Value, to);
        }

        foreach (var header in from.Content.Headers.NonValidated)
        {
            Copy(header.Key, header.Value, to);
        }
    }

    private static void Copy(string name, System.Net.Http.Headers.HeaderStringValues values, IHeaderDictionary to)
    {
        if (!NotForwarded.Contains(name))
        {
            to[name] = values.Count == 1 ? values.ToString() : new StringValues([.. values]);
        }
    }

    private static bool Add(System.Net.Http.Headers.HttpHeaders headers, string name, StringValues values) =>
        values.Count == 1 ? headers.TryAddWithoutValidation(name, values[0]) : headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
}
