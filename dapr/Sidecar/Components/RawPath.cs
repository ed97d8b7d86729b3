using Microsoft.AspNetCore.Http.Features;

namespace Dapr.Sidecar.Components;

/// <summary>Names in paths that may hold an escaped slash, which routing leaves escaped.</summary>
internal static class RawPath
{
    /// <summary>What comes after some segments of the path, unescaped: of <c>/v1.0/state/s/a%2Fb</c>, after three, <c>a/b</c>.</summary>
    public static string After(int segments, HttpContext http)
    {
        var path = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?', 2)[0].TrimStart('/');
        return Uri.UnescapeDataString(path.Split('/', segments + 1)[segments]);
    }
}
