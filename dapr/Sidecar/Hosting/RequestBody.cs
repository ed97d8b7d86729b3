namespace Dapr.Sidecar.Hosting;

/// <summary>The whole body of a request, read before anything is done with it: a slow sender holds nothing up.</summary>
internal static class RequestBody
{
    /// <summary>Reads it; the server bounds its size (<see cref="SidecarOptions.MaxBodySize"/>).</summary>
    /// <exception cref="BadHttpRequestException">It is too large, or broken off.</exception>
    public static ValueTask<PooledBody> ReadAsync(HttpRequest request)
    {
        var length = request.ContentLength;
        var expectsNone = length == 0 || (length is null && !request.Headers.ContainsKey("Transfer-Encoding"));
        return expectsNone ? new(PooledBody.Empty) : PooledBody.ReadAsync(request.Body, length <= int.MaxValue / 2 ? length : null, request.HttpContext.RequestAborted);
    }

    /// <summary>Answers a request whose body could not be read.</summary>
    public static Task AnswerUnreadableAsync(HttpContext context, BadHttpRequestException error, SidecarOptions options) => ApiError.Result(
        error.StatusCode,
        "ERR_BODY_READ",
        error.StatusCode == StatusCodes.Status413PayloadTooLarge
            ? $"the request body is larger than {options.MaxBodySize} bytes: send less, or raise the sidecar's {nameof(SidecarOptions.MaxBodySize)}"
            : $"failed to read request body: {error.Message}").ExecuteAsync(context);
}
