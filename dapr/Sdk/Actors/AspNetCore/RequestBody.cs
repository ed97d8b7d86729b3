using Microsoft.AspNetCore.Http;

namespace Dapr.Actors.AspNetCore;

/// <summary>Reads the whole of a request's body; how large it may be is the server's limit.</summary>
internal static class RequestBody
{
    private const int LargestGuess = 1 << 20;

    public static async ValueTask<byte[]> ReadAsync(HttpRequest request)
    {
        if (request.ContentLength is 0)
        {
            return [];
        }

        using var body = new MemoryStream((int)Math.Min(request.ContentLength ?? 256, LargestGuess));
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        return body.Length == body.Capacity ? body.GetBuffer() : body.ToArray();
    }
}
