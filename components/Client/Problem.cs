using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Serverless.Client;

/// <summary>Problem details (RFC 9457) as the service writes them.</summary>
internal sealed record Problem(
    [property: JsonPropertyName("code")] string? Code,
    [property: JsonPropertyName("title")] string? Title,
    [property: JsonPropertyName("detail")] string? Detail,
    [property: JsonPropertyName("errors")] IReadOnlyList<ProblemField>? Errors)
{
    public static async Task<JobsException> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        var problem = Parse(text);
        var fields = problem?.Errors?.Select(error => string.IsNullOrEmpty(error.Field) ? error.Message : $"{error.Field}: {error.Message}") ?? [];
        var message = string.Join("\n", fields) is { Length: > 0 } joined ? joined : problem?.Detail ?? problem?.Title ?? $"the service answered {(int)answer.StatusCode}";
        return new JobsException(answer.StatusCode, problem?.Code ?? CodeOf(answer.StatusCode), message);
    }

    private static Problem? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Problem>(text);
        }
        catch (JsonException)
        {
            // A proxy in between answers in its own words; the status says enough.
            return null;
        }
    }

    private static string CodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => "not_found",
        HttpStatusCode.Unauthorized => "unauthorized",
        HttpStatusCode.Forbidden => "forbidden",
        HttpStatusCode.ServiceUnavailable => "unavailable",
        _ => "http",
    };
}

/// <summary>One field that is wrong.</summary>
internal sealed record ProblemField([property: JsonPropertyName("field")] string? Field, [property: JsonPropertyName("message")] string Message);
