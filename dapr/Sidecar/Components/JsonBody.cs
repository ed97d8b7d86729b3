using System.Text.Json;

namespace Dapr.Sidecar.Components;

/// <summary>Reads bodies of requests, whatever their content type says, as daprd does.</summary>
internal static class JsonBody
{
    // Names in any case, as Go reads them: Dapr's JavaScript SDK says entryID where the API says entryId.
    private static readonly JsonSerializerOptions Lenient = new()
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowReadingFromString,
        PropertyNameCaseInsensitive = true,
    };

    /// <exception cref="BadRequestException">It is no JSON of this shape.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext http)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(http.Request.Body, Lenient, http.RequestAborted) ?? throw new BadRequestException("failed deserializing HTTP body: it is null");
        }
        catch (JsonException error)
        {
            throw new BadRequestException($"failed deserializing HTTP body: {error.Message}");
        }
    }

    /// <summary>The whole body.</summary>
    public static async Task<byte[]> ReadBytesAsync(HttpContext http)
    {
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        return buffer.ToArray();
    }

    /// <summary>The <c>metadata.NAME</c> query parameters.</summary>
    public static Dictionary<string, string> Metadata(HttpContext http) =>
        http.Request.Query.Where(parameter => parameter.Key.StartsWith("metadata.", StringComparison.Ordinal))
            .ToDictionary(parameter => parameter.Key["metadata.".Length..], parameter => parameter.Value.ToString());
}
