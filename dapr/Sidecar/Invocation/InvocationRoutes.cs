using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Resiliency;

namespace Dapr.Sidecar.Invocation;

/// <summary>
/// Service invocation between the sidecar's apps (https://docs.dapr.io/reference/api/service_invocation_api/): by path, or for any other
/// path by the header <c>dapr-app-id</c>. The request is buffered, so that a policy can repeat it; the answer is streamed.
/// </summary>
internal sealed class InvocationRoutes(AppDirectory apps, IAppCallPolicy policy, SidecarOptions options)
{
    private const string ErrorCode = "ERR_DIRECT_INVOKE";

    /// <summary>Maps the routes; the last one takes what no other route does.</summary>
    public void Map(WebApplication host)
    {
        host.Map("/v1.0/invoke/{appId}/method/{**path}", context =>
            InvokeAsync(context, (string)context.Request.RouteValues["appId"]!, "/" + (string?)context.Request.RouteValues["path"]));
        host.MapFallback("{**path}", FallbackAsync);
    }

    private Task FallbackAsync(HttpContext context)
    {
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) is true)
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "12";
            context.Response.Headers["grpc-message"] = $"the sidecar has no method {context.Request.Path}";
            return Task.CompletedTask;
        }

        var appId = context.Request.Headers["dapr-app-id"].ToString();
        return appId.Length > 0
            ? InvokeAsync(context, appId, context.Request.Path.Value ?? "/")
            : FailAsync(context, StatusCodes.Status404NotFound, "failed getting app id either from the URL path or the header dapr-app-id");
    }

    private async Task InvokeAsync(HttpContext context, string appId, string path)
    {
        if (!apps.TryGet(appId, out var app))
        {
            await FailAsync(context, appId, $"the sidecar serves no such app; it serves {string.Join(", ", apps.All.Select(known => known.Id))}");
            return;
        }

        try
        {
            using var body = await RequestBody.ReadAsync(context.Request);
            var caller = apps.Of(context).Id;
            var target = $"{app.Channel?.Address.GetLeftPart(UriPartial.Authority)}{new PathString(path).ToUriComponent()}{context.Request.QueryString.Value}";
            using var response = await policy.SendAsync(
                new AppCall(app, AppCallKind.Invocation, appId, Key: null, () => CreateRequest(context.Request, body, target, caller)), context.RequestAborted);
            context.Response.StatusCode = (int)response.StatusCode;
            ForwardedHeaders.Copy(response, context.Response.Headers);
            context.Response.ContentLength = context.Response.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified
                ? null : response.Content.Headers.ContentLength;
            await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (BadHttpRequestException error)
        {
            await RequestBody.AnswerUnreadableAsync(context, error, options);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away; there is nobody to answer.
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            await FailAsync(context, appId, error.Message);
        }
    }

    private static HttpRequestMessage CreateRequest(HttpRequest from, PooledBody body, string target, string caller)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(from.Method), new Uri(target));
        if (body.Memory.Length > 0)
        {
            request.Content = new ReadOnlyMemoryContent(body.Memory);
        }

        ForwardedHeaders.Copy(from.Headers, request);
        request.Headers.TryAddWithoutValidation("Dapr-Caller-App-Id", caller);
        return request;
    }

    private static Task FailAsync(HttpContext context, string appId, string reason)
    {
        if (context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            context.Abort();
            return Task.CompletedTask;
        }

        context.Response.Clear();
        return FailAsync(context, StatusCodes.Status500InternalServerError, $"failed to invoke, id: {appId}, err: {reason}");
    }

    private static Task FailAsync(HttpContext context, int status, string message) => ApiError.Result(status, ErrorCode, message).ExecuteAsync(context);
}
