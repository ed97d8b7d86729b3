using Microsoft.AspNetCore.Http.Features;

namespace Dapr.Sidecar.Hosting;

/// <summary>The whole body of a request, read before anything is done with it: a slow sender holds nothing up.</summary>
internal static class RequestBody
{
    /// <summary>Reads it; the server bounds its size (<see cref="SidecarOptions.MaxBodySize"/>).</summary>
    /// <exception cref="BadHttpRequestException">It is too large, or broken off.</exception>
    public static ValueTask<PooledBody> ReadAsync(HttpRequest request)
    {
        var hasBody = request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is not false;
        return hasBody ? PooledBody.ReadAsync(request.Body, request.ContentLength, request.HttpContext.RequestAborted) : new(PooledBody.Empty);
    }

    /// <summary>Answers a request whose body could not be read.</summary>
    public static Task AnswerUnreadableAsync(HttpContext context, BadHttpRequestException error, SidecarOptions options) => ApiError.Result(
        error.StatusCode,
        "ERR_BODY_READ",
        error.StatusCode == StatusCodes.Status413PayloadTooLarge
            ? $"the request body is larger than {options.MaxBodySize} bytes: send less, or raise the sidecar's {nameof(SidecarOptions.MaxBodySize)}"
            : $"failed to read request body: {error.Message}").ExecuteAsync(context);
}
