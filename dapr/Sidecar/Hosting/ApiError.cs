using System.Text.Json.Serialization;

namespace Dapr.Sidecar.Hosting;

/// <summary>An error of Dapr's HTTP API: <c>{"errorCode": ..., "message": ...}</c>.</summary>
internal sealed record ApiError(
    [property: JsonPropertyName("errorCode")] string ErrorCode,
    [property: JsonPropertyName("message")] string Message)
{
    /// <summary>The error as an answer with a status.</summary>
    public static IResult Result(int status, string errorCode, string message) => Results.Json(new ApiError(errorCode, message), statusCode: status);
}
