using System.Text;

namespace Serverless.Api.Hosting;

/// <summary>The text of a request's body, up to a limit.</summary>
internal static class BodyText
{
    /// <returns>The text; null if there is more of it than allowed.</returns>
    public static async Task<string?> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellation)
    {
        if (request.ContentLength > maxBytes)
        {
            return null;
        }

        var buffer = new MemoryStream();
        var chunk = new byte[16 << 10];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellation)) > 0)
        {
            if (buffer.Length + read > maxBytes)
            {
                return null;
            }

            buffer.Write(chunk, 0, read);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}

/// <summary>The format of a document, by its content type.</summary>
internal static class BodyFormat
{
    /// <returns>True for JSON, false for YAML (RFC 9512), null for anything else.</returns>
    public static bool? Of(string? contentType) => contentType?.Split(';')[0].Trim().ToLowerInvariant() switch
    {
        "application/json" or "text/json" => true,
        "application/yaml" or "application/x-yaml" or "text/yaml" or "text/x-yaml" => false,
        _ => null,
    };
}
