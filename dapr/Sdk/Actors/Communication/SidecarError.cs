using System.Net;
using System.Security.Authentication;
using System.Text.Json;

namespace Dapr.Actors.Communication;

/// <summary>What an answer other than success becomes.</summary>
internal static class SidecarError
{
    public static async Task<Exception> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            return new AuthenticationException("Invalid client credentials");
        }

        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (body.Length == 0)
        {
            return response.StatusCode == HttpStatusCode.NotFound
                ? new DaprApiException("ErrorMessageHTTP404", "ERR_DOES_NOT_EXIST", isTransient: false)
                : new DaprApiException($"The sidecar answered {(int)response.StatusCode} and did not say why.");
        }

        try
        {
            using var error = JsonDocument.Parse(body);
            var root = error.RootElement;
            return new DaprApiException(
                Text(root, "message") ?? $"The sidecar answered {(int)response.StatusCode}.", Text(root, "errorCode") ?? "", isTransient: false);
        }
        catch (JsonException unreadable)
        {
            return new DaprApiException($"The sidecar answered {(int)response.StatusCode} with a body that is no error of Dapr.", unreadable);
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
